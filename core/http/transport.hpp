#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "sys/cancel.hpp"
#include "sys/environment.hpp"

namespace polyarch::http {

// Header fields; names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
  void set(std::string_view name, std::string value);
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  void remove(std::string_view name);
  std::optional<std::string> get(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// A request body that can be sent again. `read` fills the buffer from `offset` and returns how many bytes it wrote
// (at least 1 before the end).
struct BodySource {
  std::uint64_t size = 0;
  std::function<std::size_t(std::uint64_t offset, char* buffer, std::size_t capacity)> read;
};

struct Request {
  std::string method = "GET";
  std::string url;  // absolute, http or https
  Headers headers;
  std::string body;
  std::optional<BodySource> source;  // instead of `body`
  // When set, the body of a 2xx answer streams into it instead of Response::body. It may throw; the request then ends
  // with that exception. It is called on the calling thread. When an attempt breaks off, the bytes given so far stay
  // given: a caller that retries starts a new request with a Range or a new sink.
  std::function<void(std::string_view)> sink;
  // Called once a 2xx answer is known, before the sink gets its first byte.
  std::function<void(int status, const Headers& headers)> on_head;
  std::uint64_t max_body = 16U << 20;  // without a sink: a longer body is Error{registry}
  // Sent once only: for a step that fails when it is done twice, whose caller repeats the whole.
  bool once = false;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
  std::string redirected_to;  // the URL that answered, when it is not the one that was asked
  std::string gave_up;        // "gave up after 8 attempts in 18s", when it was asked for again and again
  bool ok() const { return status >= 200 && status < 300; }
};

// Sends a request and returns the answer, whatever its status. Throws Error{network} (retryable when a second try may
// help) when there is none. Implementations are safe for several threads.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Response send(const Request& request) = 0;
};

struct TransportOptions {
  std::vector<std::string> ca_files;  // besides the system's
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds idle_timeout{60'000};
  std::string user_agent = "polyarch";
  sys::Environment environment;         // HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE; empty: none of them
  const sys::Cancel* cancel = nullptr;  // requested: send throws Error{interrupted}; must outlive the transport
  // A request takes no longer than this, and a second more for each `slowest` bytes of its bodies.
  std::chrono::milliseconds whole_timeout{300'000};
  std::uint64_t slowest = 4096;
  // Requests at a time to one origin; more wait. Who sends a body that it takes from another request's sink, on another
  // thread, needs two of them.
  std::size_t most_parallel = 16;
  std::vector<std::filesystem::path> certificate_roots;  // certs.d directories, see http/certificates.hpp
};

// Over cpp-httplib, with pooled keep-alive connections. The first https request throws Error{input} when a CA file
// cannot be read. From now on the process ignores SIGPIPE: a peer that hangs up is an Error, not the end.
std::unique_ptr<Transport> make_transport(TransportOptions options);

// Repeats what may succeed a moment later: broken connections, 408, 429 (honouring Retry-After), 500, 502, 503, 504,
// for requests whose sink has got nothing yet and that are not `once`. Gives up when `attempts` or `budget` is used up,
// and then returns the last answer, or throws the last Error. `cancel` ends a wait early.
struct RetryPolicy {
  int attempts = 8;
  std::chrono::milliseconds first_delay{200};
  std::chrono::milliseconds longest_delay{15'000};
  std::chrono::milliseconds budget{120'000};
};
std::unique_ptr<Transport> with_retry(std::unique_ptr<Transport> inner, RetryPolicy policy, Clock& clock,
                                      const sys::Cancel* cancel = nullptr);

// Follows redirects, at most 5: those of GET and HEAD, and of others where method and origin stay. `Authorization` goes
// on to the same origin only; https never becomes http: that is Error{network}.
std::unique_ptr<Transport> with_redirects(std::unique_ptr<Transport> inner);

}  // namespace polyarch::http
