#include "server/registry.hpp"

#include <condition_variable>
#include <fmt/core.h>
#include <mutex>

#include "base/error.hpp"
#include "server/api.hpp"
#include "server/http_server.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

ApiOptions api_options(const RegistryOptions& from) {
  ApiOptions options{.directory = from.directory,
                     .max_manifest = from.max_manifest,
                     .max_blob = from.max_blob,
                     .read_only = from.read_only,
                     .allow_sparse = from.allow_sparse};
  if (from.htpasswd) {
    options.users = Htpasswd::parse(sys::read_file(*from.htpasswd, Htpasswd::max_bytes), from.htpasswd->string());
  }
  return options;
}

}  // namespace

struct Registry::Impl {
  enum class State { ready, serving, stopping, ended };

  explicit Impl(const RegistryOptions& options)
      : api(api_options(options)),
        server([this](const Request& request) { return api.handle(request); },
               options.tls ? make_tls_context(*options.tls) : nullptr),
        port(server.bind(options.address, options.port)) {}

  ~Impl() {
    stop({});
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return state == State::ended; });
  }

  void serve() {
    {
      const std::lock_guard lock(mutex);
      if (state != State::ready) return;
      state = State::serving;
    }
    const bool served = server.serve();
    const std::lock_guard lock(mutex);
    const bool stopped = std::exchange(state, State::ended) == State::stopping;
    changed.notify_all();
    if (!served && !stopped) throw Error(ErrorKind::network, fmt::format("the registry on port {} broke down", port));
  }

  void stop(std::chrono::milliseconds grace) {
    std::unique_lock lock(mutex);
    if (state == State::ready) {
      server.close();
      state = State::ended;
    }
    if (state != State::serving) return;
    state = State::stopping;
    lock.unlock();
    server.stop(grace);
  }

  Api api;
  HttpServer server;
  int port;

  std::mutex mutex;
  std::condition_variable changed;
  State state = State::ready;
};

Registry::Registry(RegistryOptions options) : impl_(std::make_unique<Impl>(options)) {}
Registry::~Registry() = default;
int Registry::port() const {
  return impl_->port;
}
void Registry::serve() {
  impl_->serve();
}
void Registry::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

}  // namespace polyarch::server
