#include "buildkit/endpoint.hpp"

#include <array>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.hpp"
#include "sys/files.hpp"

namespace polyarch::buildkit {
namespace {

using ::testing::HasSubstr;

// Listens on loopback for as long as it lives; nobody needs to accept.
class Listening {
 public:
  explicit Listening(int backlog = 8) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(descriptor_, backlog), 0);
    EXPECT_EQ(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~Listening() { close(); }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  std::string port() const { return std::to_string(port_); }

 private:
  int descriptor_;
  int port_ = 0;
};

Error endpoint_failure(const std::string& endpoint) {
  const sys::Cancel cancel;
  try {
    check_reachable(endpoint, cancel);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::failed, "nothing was thrown", ""};
}

TEST(Endpoint, APortThatListensIsReached) {
  const Listening server;
  const sys::Cancel cancel;
  EXPECT_NO_THROW(check_reachable("tcp://127.0.0.1:" + server.port(), cancel));
  EXPECT_NO_THROW(check_reachable("tcp://localhost:" + server.port(), cancel));
}

TEST(Endpoint, APortThatNobodyListensAtIsSaid) {
  Listening server;
  server.close();
  const auto endpoint = "tcp://127.0.0.1:" + server.port();
  const auto error = endpoint_failure(endpoint);
  EXPECT_EQ(error.kind(), ErrorKind::builder);
  EXPECT_TRUE(error.retryable());
  EXPECT_EQ(error.message(), "the builder at " + endpoint + " does not answer: Connection refused");
}

TEST(Endpoint, ASocketThatIsNotThereIsSaid) {
  const sys::TemporaryDirectory directory("endpoint-");
  EXPECT_THAT(endpoint_failure("unix://" + (directory.path() / "none.sock").string()).message(),
              HasSubstr("No such file"));
  EXPECT_THAT(endpoint_failure("unix:///" + std::string(200, 'x')).message(), HasSubstr("too long"));
}

TEST(Endpoint, AnAddressWithoutAPortIsAMistake) {
  for (const std::string endpoint : {"tcp://buildkit.example", "tcp://[::1]", "tcp://", "tcp://:1234"}) {
    EXPECT_EQ(endpoint_failure(endpoint).kind(), ErrorKind::usage) << endpoint;
  }
}

TEST(Endpoint, OtherSchemesAreBuildxsAffair) {
  const sys::Cancel cancel;
  EXPECT_NO_THROW(check_reachable("docker-container://none", cancel));
}

// A server whose backlog is full answers nobody: the kernel drops what comes.
class Deaf {
 public:
  Deaf() : server_(0) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(server_.port())));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (auto& client : clients_) {
      client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      ::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
  }
  ~Deaf() {
    for (const int client : clients_) ::close(client);
  }
  std::string endpoint() const { return "tcp://127.0.0.1:" + server_.port(); }

 private:
  Listening server_;
  std::array<int, 4> clients_{};
};

TEST(Endpoint, AServerThatNeverAnswersIsGivenUp) {
  const Deaf server;
  const sys::Cancel cancel;
  try {
    check_reachable(server.endpoint(), cancel, std::chrono::milliseconds(50));
    ADD_FAILURE() << "it was reached";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::builder);
    EXPECT_THAT(error.message(), HasSubstr("timed out"));
  }
}

TEST(Endpoint, ACancelledRunDoesNotWait) {
  const Deaf server;
  sys::Cancel cancel;
  cancel.request();
  try {
    check_reachable(server.endpoint(), cancel, std::chrono::minutes(10));
    ADD_FAILURE() << "it was reached";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

}  // namespace
}  // namespace polyarch::buildkit
