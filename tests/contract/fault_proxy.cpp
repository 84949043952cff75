#include "contract/fault_proxy.hpp"

#include <chrono>
#include <fmt/core.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.hpp"

namespace polyarch::testing {
namespace {

constexpr std::string_view token = "issued-by-the-proxy";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int connect_to(const std::string& authority) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(std::stoi(authority.substr(authority.find(':') + 1)));
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return descriptor;
  close(descriptor);
  throw std::runtime_error("the registry behind the proxy is gone");
}

void reset(int descriptor) {
  const linger at_once{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void wait_for_end(int descriptor) {
  std::string ignored;
  while (read_some(descriptor, ignored)) {
  }
}

// Whether the registry does what the request asks before the fault strikes.
bool reaches_registry(Fault fault) {
  switch (fault) {
    case Fault::unauthorized:
    case Fault::too_many:
    case Fault::too_many_later:
    case Fault::status_500:
    case Fault::status_503:
    case Fault::lost_session:
    case Fault::endless_redirect:
    case Fault::redirect_elsewhere:
      return false;
    default:
      return true;
  }
}

bool is_upload_session(const std::string& target) {
  const auto at = target.find("/blobs/uploads/");
  return at != std::string::npos && target.size() > at + 15 && target[at + 15] != '?';
}

}  // namespace

Door::Door() : holder_(make()) {
  auto address = loopback(0);
  socklen_t size = sizeof(address);
  getsockname(holder_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  open();
}

Door::~Door() {
  close();
  for (const int descriptor : retired_) ::close(descriptor);
  ::close(holder_);
}

int Door::make() const {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  const auto address = loopback(port_);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot bind to loopback");
  }
  return descriptor;
}

void Door::open() {
  if (listener_ >= 0) return;
  const int descriptor = make();
  if (listen(descriptor, 64) != 0) throw std::runtime_error("cannot listen on loopback");
  listener_ = descriptor;
}

void Door::close() {
  const int descriptor = listener_.exchange(-1);
  if (descriptor < 0) return;
  shutdown(descriptor, SHUT_RDWR);  // ends the listening, and a thread's accept
  retired_.push_back(descriptor);   // a number that a thread may hold is not given up yet
}

int Door::accept_one() {
  const int descriptor = listener_;
  return descriptor < 0 ? -1 : accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC);
}

FaultProxy::FaultProxy(std::string backend, Login login)
    : backend_(std::move(backend)),
      login_(login),
      acceptor_([this] { accept_all(); }),
      elsewhere_acceptor_([this] { accept_elsewhere(); }) {}

FaultProxy::~FaultProxy() {
  stopping_ = true;
  door_.close();
  elsewhere_.close();
  acceptor_.join();
  elsewhere_acceptor_.join();
}

void FaultProxy::arm(Fault fault, int at, bool always) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  at_ = at;
  always_ = always;
  seen_.clear();
  seen_elsewhere_.clear();
  fault == Fault::refused&& at == 0 ? door_.close() : door_.open();
}

void FaultProxy::time_passes() {
  const std::lock_guard lock(mutex_);
  if (fault_ != Fault::refused || always_) return;
  fault_ = Fault::none;
  door_.open();
}

std::vector<Message> FaultProxy::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

std::vector<Message> FaultProxy::seen_elsewhere() const {
  const std::lock_guard lock(mutex_);
  return seen_elsewhere_;
}

void FaultProxy::accept_all() {
  while (!stopping_) {
    const int client = door_.accept_one();
    if (client < 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    serve(client);
    close(client);
  }
}

void FaultProxy::accept_elsewhere() {
  for (int client = elsewhere_.accept_one(); client >= 0; client = elsewhere_.accept_one()) {
    Message request;
    if (read_message(client, request, false)) {
      const std::lock_guard lock(mutex_);
      seen_elsewhere_.push_back(request);
      // As who would like to have the credentials: they may not be given on the word of somebody else.
      const auto challenge = fmt::format("WWW-Authenticate: Bearer realm=\"http://{}/token\"", request.field("Host"));
      write_all(client, make_reply(401, "Connection: close\r\n" + challenge).bytes());
    }
    close(client);
  }
}

// Which fault this request meets. A refusal of the next one begins before this one is answered.
Fault FaultProxy::count(const Message& request) {
  const std::lock_guard lock(mutex_);
  const int number = static_cast<int>(seen_.size());
  seen_.push_back(request);
  if (fault_ == Fault::refused) {
    if (number == at_ - 1) door_.close();
    return Fault::none;
  }
  return number == at_ || (always_ && number > at_) ? fault_ : Fault::none;
}

void FaultProxy::serve(int client) {
  Message request;
  if (!read_message(client, request, false)) return;
  answer(client, request, count(request));
}

void FaultProxy::answer(int client, const Message& request, Fault fault) {
  if (fault == Fault::reset_before) return reset(client);
  if (fault == Fault::stall) return wait_for_end(client);
  if (fault == Fault::cut_upload) {
    if (!request.body.empty()) cut_upload(request);
    return reset(client);
  }
  const auto message = spoil(reaches_registry(fault) ? forward(request) : Message(), request, fault);
  const auto bytes = message.bytes();
  const auto half = message.body.empty() ? bytes.size() / 2 : bytes.size() - (message.body.size() + 1) / 2;
  const bool halved = fault == Fault::reset_in_body || fault == Fault::cut_body || fault == Fault::stall_in_body;
  write_all(client, std::string_view(bytes).substr(0, halved ? half : bytes.size()));
  if (fault == Fault::reset_in_body) reset(client);
  if (fault == Fault::stall_in_body) wait_for_end(client);
}

bool FaultProxy::admitted(const Message& request) const {
  const auto basic = "Basic " + text::base64_encode(fmt::format("me:{}", password));
  const bool wants_token = login_ == Login::bearer && !request.target().starts_with("/token");
  return request.field("Authorization") == (wants_token ? fmt::format("Bearer {}", token) : basic);
}

// The registry's answer, or our own where it is about who is asking.
Message FaultProxy::forward(const Message& request) const {
  const auto challenge =
      login_ == Login::basic
          ? std::string("WWW-Authenticate: Basic realm=\"proxy\"")
          : fmt::format("WWW-Authenticate: Bearer realm=\"http://{}/token\",service=\"proxy\"", door_.authority());
  Message answered;
  if (!admitted(request)) {
    answered = make_reply(401, challenge);
  } else if (request.target().starts_with("/token")) {
    answered = make_reply(200, "Content-Type: application/json", fmt::format(R"({{"token":"{}"}})", token));
  } else {
    auto onward = request;
    onward.set_field("Connection", "close");
    const int server = connect_to(backend_);
    write_all(server, onward.bytes());
    read_message(server, answered, true);
    close(server);
  }
  answered.set_field("Connection", "close");
  return answered;
}

void FaultProxy::cut_upload(const Message& request) const {
  const int server = connect_to(backend_);
  write_all(server, request.head + "\r\n\r\n" + request.body.substr(0, request.body.size() / 2));
  shutdown(server, SHUT_WR);
  wait_for_end(server);
  close(server);
}

Message FaultProxy::spoil(Message answer, const Message& request, Fault fault) const {
  const auto away = fmt::format("http://{}{}", elsewhere_.authority(), request.target());
  const auto resized = [&answer](std::string body) {
    answer.body = std::move(body);
    answer.set_field("Content-Length", std::to_string(answer.body.size()));
    return answer;
  };
  switch (fault) {
    case Fault::unauthorized:
      return make_reply(401, "WWW-Authenticate: " + forward({"GET / HTTP/1.1", ""}).field("WWW-Authenticate") +
                                 "\r\nConnection: close");
    case Fault::too_many:
      return make_reply(429, "Connection: close");
    case Fault::too_many_later:
      return make_reply(429, "Retry-After: 2\r\nConnection: close");
    case Fault::status_500:
      return make_reply(500, "Connection: close");
    case Fault::status_502:
      return make_reply(502, "Connection: close", "<html>bad gateway</html>");
    case Fault::status_503:
      return make_reply(503, "Connection: close");
    case Fault::status_504:
      return make_reply(504, "Connection: close");
    case Fault::lost_session:
      if (!is_upload_session(request.target())) return forward(request);
      forward({fmt::format("DELETE {} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}", request.target(), backend_,
                           request.field("Authorization")),
               ""});
      return make_reply(404, "Connection: close", R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"gone"}]})");
    case Fault::wrong_digest:
      if (!answer.body.empty()) answer.body[answer.body.size() / 2] ^= 1;
      if (!answer.field("Docker-Content-Digest").empty()) {
        answer.set_field("Docker-Content-Digest", "sha256:" + std::string(64, '0'));
      }
      return answer;
    case Fault::short_body:
      return answer.body.empty() ? answer : resized(answer.body.substr(0, answer.body.size() / 2));
    case Fault::long_body:
      return answer.body.empty() ? answer : resized(answer.body + " and more");
    case Fault::garbage:
      return answer.body.empty() ? answer : resized("{\"garbage\": \x01\xff");
    case Fault::endless_redirect:
      return make_reply(307, "Location: " + request.target() + "\r\nConnection: close");
    case Fault::redirect_elsewhere:
      return make_reply(307, "Location: " + away + "\r\nConnection: close");
    case Fault::location_elsewhere:
      if (!answer.field("Location").empty()) answer.set_field("Location", away);
      return answer;
    case Fault::link_endless:
      answer.set_field("Link", fmt::format("<{}>; rel=\"next\"", request.target()));
      return answer;
    case Fault::link_elsewhere:
      answer.set_field("Link", fmt::format("<{}>; rel=\"next\"", away));
      return answer;
    case Fault::link_nonsense:
      answer.set_field("Link", "<ftp://[nonsense>; rel=\"next\"");
      return answer;
    default:
      return answer;
  }
}

}  // namespace polyarch::testing
