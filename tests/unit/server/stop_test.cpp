#include <future>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "connection.hpp"
#include "server/registry.hpp"

// A registry that is told to stop while requests are under way.
namespace polyarch::server {
namespace {

using namespace std::chrono_literals;

class StopTest : public ::testing::Test {
 protected:
  ~StopTest() override {
    registry.stop();
    thread.join();
  }

  std::future<void> stop(std::chrono::milliseconds grace) {
    auto stopped = std::async(std::launch::async, [this, grace] { registry.stop(grace); });
    std::this_thread::sleep_for(100ms);
    return stopped;
  }

  // Returns when the registry waits for the body.
  void begin_upload(Connection& connection, std::size_t size) const {
    connection.send("POST /v2/r/blobs/uploads/?digest=" + digest + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                    std::to_string(size) + "\r\nExpect: 100-continue\r\n\r\n");
    ASSERT_EQ(connection.reply().status, 100);
  }

  sys::TemporaryDirectory directory;
  Registry registry{{.directory = directory.path() / "store"}};
  std::thread thread{[this] { registry.serve(); }};
  const std::string bytes = std::string(20'000'000, 'x');
  const std::string digest = Digest::sha256(bytes).str();
};

TEST_F(StopTest, LetsUploadsEnd) {
  Connection connection(registry.port());
  begin_upload(connection, bytes.size());
  connection.send(bytes.substr(0, 1000));
  const auto stopped = stop(20s);
  EXPECT_EQ(stopped.wait_for(0ms), std::future_status::timeout) << "it waits";
  connection.send(bytes.substr(1000));
  EXPECT_EQ(connection.reply().status, 201);
  EXPECT_TRUE(connection.ended());
  EXPECT_EQ(stopped.wait_for(10s), std::future_status::ready);
}

TEST_F(StopTest, LetsDownloadsEnd) {
  Connection connection(registry.port());
  EXPECT_EQ(connection.request("POST /v2/r/blobs/uploads/?digest=" + digest, "", bytes).status, 201);
  connection.send("GET /v2/r/blobs/" + digest + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(connection.begins());  // and cannot end: it is far more than the buffers of the sockets take
  const auto stopped = stop(20s);
  EXPECT_EQ(connection.reply().body, bytes);
  EXPECT_EQ(stopped.wait_for(10s), std::future_status::ready);
}

TEST_F(StopTest, EndsIdleConnectionsAtOnceAndTakesNoMore) {
  Connection busy(registry.port());
  begin_upload(busy, 10);
  Connection idle(registry.port());
  EXPECT_EQ(idle.request("GET /v2/").status, 200);
  const auto stopped = stop(20s);
  EXPECT_TRUE(idle.ended());
  EXPECT_ANY_THROW(Connection(registry.port()).request("GET /v2/"));
  EXPECT_EQ(stopped.wait_for(0ms), std::future_status::timeout);
  busy.send("0123456789");
  EXPECT_EQ(busy.reply().status, 400);
}

TEST_F(StopTest, CutsWhatTakesTooLong) {
  Connection connection(registry.port());
  begin_upload(connection, 9);
  connection.send("half");
  const auto stopped = stop(300ms);
  EXPECT_EQ(stopped.wait_for(10s), std::future_status::ready);
  thread.join();
  thread = std::thread([] {});
}

}  // namespace
}  // namespace polyarch::server
