#include <algorithm>
#include <fmt/core.h>
#include <limits>
#include <memory>
#include <poll.h>
#include <thread>

#include "app/commands.hpp"
#include "app/size_option.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "server/registry.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

constexpr std::chrono::seconds grace{10};

server::RegistryOptions parse_listen(const std::string& listen) {
  const auto colon = listen.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : text::to_number(listen.substr(colon + 1));
  if (!port || *port > 65535 || colon == 0) {
    throw Error(ErrorKind::usage, fmt::format("--listen {} is not ADDRESS:PORT", listen),
                "write 127.0.0.1:5000, or port 0 for any free one");
  }
  auto address = listen.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return {.address = std::move(address), .port = static_cast<int>(*port)};
}

// As it stands in a URL and in the name of an image.
std::string host(const std::string& address) {
  return address.find(':') == std::string::npos ? address : fmt::format("[{}]", address);
}

std::filesystem::path parse_auth(const std::string& auth) {
  const auto parts = text::cut(auth, ':');
  if (!parts || parts->first != "htpasswd" || parts->second.empty()) {
    throw Error(ErrorKind::usage, fmt::format("--auth {} is not htpasswd:FILE", auth),
                "write such a file with `htpasswd -B -c FILE USER`");
  }
  return parts->second;
}

server::RegistryOptions parse(const spec::ServeOptions& options) {
  auto settings = parse_listen(options.listen);
  settings.directory = options.directory;
  settings.read_only = options.read_only;
  settings.allow_sparse = options.allow_sparse;
  settings.max_manifest = parse_size("max-manifest", options.max_manifest);
  settings.max_blob = parse_size("max-blob", options.max_blob);
  if (!options.auth.empty()) settings.htpasswd = parse_auth(options.auth);
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    throw Error(ErrorKind::usage, "--tls-cert and --tls-key belong together", "give both, or neither for plain HTTP");
  }
  if (!options.tls_key.empty()) settings.tls = {.certificate = options.tls_certificate, .key = options.tls_key};
  if (options.read_only && options.directory.empty()) {
    throw Error(ErrorKind::usage, "--read-only without --dir would serve nothing", "name the directory with --dir");
  }
  return settings;
}

void warn_of_exposure(const server::RegistryOptions& settings) {
  if (settings.tls || settings.address.starts_with("127.") || settings.address == "localhost" ||
      settings.address == "::1") {
    return;
  }
  log::warning("registry: {} may be reached from other machines, and {} without TLS: see --tls-cert", settings.address,
               settings.htpasswd ? "passwords travel" : "images travel");
}

void wait(const sys::Cancel& cancel) {
  pollfd poller{cancel.descriptor(), POLLIN, 0};
  while (!cancel.requested()) poll(&poller, 1, -1);
}

}  // namespace

int registry_serve(const spec::ServeOptions& options, Context& context) {
  auto settings = parse(options);
  std::unique_ptr<sys::TemporaryDirectory> temporary;
  if (settings.directory.empty()) {
    temporary = std::make_unique<sys::TemporaryDirectory>("polyarch-registry-");
    settings.directory = temporary->path();
  }
  warn_of_exposure(settings);
  server::Registry registry(settings);
  context.out << fmt::format("serving {}://{}:{} from {}\n", settings.tls ? "https" : "http", host(settings.address),
                             registry.port(), settings.directory.string())
              << std::flush;
  std::thread stopper([&] {
    wait(context.cancel);
    registry.stop(grace);
  });
  registry.serve();
  stopper.join();
  return 0;
}

}  // namespace polyarch::app
