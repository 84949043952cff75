#include <fmt/core.h>
#include <memory>
#include <poll.h>
#include <thread>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "server/registry.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

server::RegistryOptions parse_listen(const std::string& listen) {
  const auto colon = listen.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : text::to_number(listen.substr(colon + 1));
  if (!port || *port > 65535 || colon == 0) {
    throw Error(ErrorKind::usage, fmt::format("--listen {} is not ADDRESS:PORT", listen),
                "write 127.0.0.1:5000, or port 0 for any free one");
  }
  return {.address = listen.substr(0, colon), .port = static_cast<int>(*port)};
}

void wait(const sys::Cancel& cancel) {
  pollfd poller{cancel.descriptor(), POLLIN, 0};
  while (!cancel.requested()) poll(&poller, 1, -1);
}

}  // namespace

int registry_serve(const spec::ServeOptions& options, Context& context) {
  auto settings = parse_listen(options.listen);
  std::unique_ptr<sys::TemporaryDirectory> temporary;
  if (options.directory.empty()) temporary = std::make_unique<sys::TemporaryDirectory>("polyarch-registry-");
  settings.directory = temporary ? temporary->path().string() : options.directory;
  const auto address = settings.address;
  const auto directory = settings.directory.string();
  server::Registry registry(std::move(settings));
  context.out << fmt::format("serving {}:{} from {}\n", address, registry.port(), directory) << std::flush;
  std::thread stopper([&] {
    wait(context.cancel);
    registry.stop();
  });
  registry.serve();
  stopper.join();
  return 0;
}

}  // namespace polyarch::app
