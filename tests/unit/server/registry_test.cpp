#include "server/registry.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <list>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "connection.hpp"

namespace polyarch::server {
namespace {

using std::chrono::steady_clock;

class RegistryTest : public ::testing::Test {
 protected:
  ~RegistryTest() override {
    registry.stop();
    thread.join();
  }

  // Pushes a blob in one request, and tells its path.
  std::string push(const std::string& bytes) {
    const auto digest = Digest::sha256(bytes).str();
    const auto reply = connection.request("POST /v2/r/blobs/uploads/?digest=" + digest, "", bytes);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return "/v2/r/blobs/" + digest;
  }

  sys::TemporaryDirectory directory;
  Registry registry{{.directory = directory.path() / "store", .max_manifest = 1000}};
  std::thread thread{[this] { registry.serve(); }};
  Connection connection{registry.port()};
};

TEST_F(RegistryTest, Answers) {
  const auto reply = connection.request("GET /v2/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{}");
  EXPECT_EQ(reply.headers.at("docker-distribution-api-version"), "registry/2.0");
}

TEST_F(RegistryTest, SendsBlobsWholeAndInRanges) {
  const std::string bytes(1'000'003, 'x');
  const auto path = push(bytes + "end");
  EXPECT_EQ(connection.request("GET " + path).body, bytes + "end");
  const auto range = connection.request("GET " + path, "Range: bytes=1000001-1000004\r\n");
  EXPECT_EQ(range.status, 206);
  EXPECT_EQ(range.body, "xxen");
  EXPECT_EQ(range.headers.at("content-range"), "bytes 1000001-1000004/1000006");
  EXPECT_EQ(connection.request("GET " + path, "Range: bytes=-2\r\n").body, "nd");
  EXPECT_EQ(connection.request("GET " + path, "Range: bytes=1000005-\r\n").body, "d");
  const auto beyond = connection.request("GET " + path, "Range: bytes=1000006-\r\n");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.headers.at("content-range"), "bytes */1000006");
}

TEST_F(RegistryTest, TakesRangesAsTheStandardSays) {
  const auto path = push("hello world");
  // What is no range of bytes is passed over.
  for (const auto* range : {"items=0-1", "bytes=4-2", "bytes=a-b", "bytes=", "bytes=0-99999999999999999999"}) {
    const auto reply = connection.request("GET " + path, fmt::format("Range: {}\r\n", range));
    EXPECT_EQ(reply.status, 200) << range;
    EXPECT_EQ(reply.body, "hello world") << range;
    EXPECT_EQ(connection.request("HEAD " + path, fmt::format("Range: {}\r\n", range)).status, 200) << range;
  }
  const auto longer = connection.request("GET " + path, "Range: bytes=-500\r\n");
  EXPECT_EQ(longer.status, 206);
  EXPECT_EQ(longer.headers.at("content-range"), "bytes 0-10/11");
  EXPECT_EQ(connection.request("GET " + path, "Range: bytes=-0\r\n").headers.at("content-range"), "bytes */11");
  const auto several = connection.request("GET " + path, "Range: bytes=0-1, 6-7\r\n");
  EXPECT_EQ(several.status, 206);
  EXPECT_NE(several.body.find("bytes 6-7/11\r\n\r\nwo\r\n"), std::string::npos) << several.body;
  // Only blobs have ranges, and only to read.
  EXPECT_EQ(connection.request("GET /v2/", "Range: bytes=500-\r\n").body, "{}");
  EXPECT_EQ(connection.request("POST /v2/r/blobs/uploads/", "Range: bytes=500-\r\n").status, 202);
}

TEST_F(RegistryTest, TellsTheLengthWithoutTheBody) {
  const auto path = push("hello");
  const auto head = connection.request("HEAD " + path);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "5");
  EXPECT_EQ(connection.request("GET " + path).body, "hello") << "on the same connection";
  EXPECT_EQ(connection.request("HEAD " + push("")).headers.at("content-length"), "0");
}

TEST_F(RegistryTest, TakesBodiesInChunksAndAfterAnInvitation) {
  const auto location = connection.request("POST /v2/r/blobs/uploads/").headers.at("location");
  connection.send("PATCH " + location +
                  " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
  EXPECT_EQ(connection.reply().headers.at("range"), "0-4");
  connection.send("PUT " + location + "?digest=" + Digest::sha256("hello!").str() +
                  " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.reply().status, 100);
  connection.send("!");
  EXPECT_EQ(connection.reply().status, 201);
}

TEST_F(RegistryTest, KeepsTheConnectionInStepAfterARefusal) {
  std::string body;  // of what must not be taken for requests, and more than one packet of it
  for (int i = 0; i < 5000; ++i) body += "GET /v2/ HTTP/1.1\r\n\r\n";
  EXPECT_EQ(connection.request("PUT /v2/UPPER/manifests/x", "", body).status, 400);
  EXPECT_EQ(connection.request("PATCH /v2/r/blobs/uploads/unknown", "", body).status, 404);
  EXPECT_EQ(connection.request("PUT /v2/r/manifests/x", "", body).status, 413);
  EXPECT_EQ(connection.request("DELETE /v2/r/manifests/x", "", body).status, 404);
  EXPECT_EQ(connection.request("PUT /nowhere%0a", "", body).status, 404);
  EXPECT_EQ(connection.request("GET /v2/").status, 200);
}

TEST_F(RegistryTest, HangsUpOnWhatIsNoRequest) {
  const std::string unread = "Content-Length: 21\r\n\r\nGET /v2/ HTTP/1.1\r\n\r\n";
  for (const auto& text : {"FOO /v2/ HTTP/1.1\r\n" + unread, "POST /v2/ HTTP/9.0\r\n" + unread,
                           "POST /v2/ HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n" + unread,
                           "PATCH /v2/r/blobs/uploads/x HTTP/1.1\r\nRange: 0-4\r\n" + unread}) {
    Connection odd(registry.port());
    odd.send(text);
    const auto reply = odd.reply();
    EXPECT_GE(reply.status, 400) << text;
    EXPECT_EQ(reply.headers.at("connection"), "close") << text;
    EXPECT_NE(reply.body.find(R"("errors":[{"code":"UNSUPPORTED")"), std::string::npos) << reply.body;
    EXPECT_TRUE(odd.ended());
    EXPECT_EQ(odd.rest(), "") << "what follows is no request";
  }
}

TEST_F(RegistryTest, RefusesABodyThatMayEndInTwoPlaces) {
  for (const std::string lengths :
       {"Content-Length: -1", "Content-Length: x", "Content-Length: 5x", "Content-Length: 99999999999999999999",
        "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: gzip, chunked"}) {
    for (const std::string method : {"PUT", "GET"}) {
      Connection odd(registry.port());
      odd.send(method + " /v2/r/manifests/x HTTP/1.1\r\n" + lengths + "\r\n\r\n0\r\n\r\nGET /v2/ HTTP/1.1\r\n\r\n");
      EXPECT_EQ(odd.reply().status, 400) << method << lengths;
      EXPECT_TRUE(odd.ended());
      EXPECT_EQ(odd.rest(), "");
    }
  }
}

TEST_F(RegistryTest, AnswersRequestsThatDoNotWaitForEachOther) {
  const std::string get = "GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const auto digest = Digest::sha256("hello").str();
  connection.send(get + "POST /v2/r/blobs/uploads/?digest=" + digest +
                  " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello" + get + get.substr(0, 20));
  for (const int status : {200, 201, 200}) EXPECT_EQ(connection.reply().status, status);
  connection.send(get.substr(20));
  EXPECT_EQ(connection.reply().status, 200);
}

TEST_F(RegistryTest, AnswersATlsHandshakeAtOnce) {
  connection.send(std::string("\x16\x03\x01\x00\x05", 5) + "hello");
  const auto begin = steady_clock::now();
  EXPECT_EQ(connection.reply().status, 400);
  EXPECT_TRUE(connection.ended());
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST_F(RegistryTest, AnswersSmallRequestsWithoutDelay) {
  const auto path = push("hello");
  const auto begin = steady_clock::now();
  for (int i = 0; i < 50; ++i) connection.request("GET " + path);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::milliseconds(1500)) << "Nagle's algorithm would take 40 ms each";
}

TEST_F(RegistryTest, SurvivesOddRequests) {
  const std::string name(7900, 'a');
  for (const auto& line : {"GET /v2/" + name + "/tags/list", "POST /v2/" + name + "/blobs/uploads/",
                           std::string("PUT /v2/%00/manifests/%ff%fe"), std::string("GET /v2/..%2f..%2fetc/tags/list"),
                           "GET /v2/r/tags/list?n=" + name, "GET /v2/r/manifests/" + name}) {
    const auto status = Connection(registry.port()).request(line).status;
    EXPECT_TRUE(status == 400 || status == 404) << line << status;
  }
  // A line of over 8 KiB is not read to its end: the server hangs up.
  EXPECT_ANY_THROW(Connection(registry.port()).request("GET /v2/" + name + name));
  EXPECT_EQ(Connection(registry.port()).request("GET /v2/", "", "a body").status, 405);
  EXPECT_EQ(connection.request("GET /v2/").status, 200);
}

TEST_F(RegistryTest, StopsWhileClientsAreSilent) {
  Connection uploading(registry.port());
  const auto location = uploading.request("POST /v2/r/blobs/uploads/").headers.at("location");
  uploading.send("PATCH " + location + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto begin = steady_clock::now();
  registry.stop();
  thread.join();
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(2));
  thread = std::thread([] {});
}

TEST_F(RegistryTest, HangsUpOnBodiesThatItWillNotRead) {
  const std::string head = " HTTP/1.1\r\nHost: localhost\r\n";
  connection.send("PUT /v2/r/manifests/x" + head + "Content-Length: 100000000000\r\n\r\nbegin");
  const auto large = connection.reply();
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.headers.at("connection"), "close");
  EXPECT_TRUE(connection.ended());
  Connection chunks(registry.port());
  std::string body;
  for (int i = 0; i < 20; ++i) body += "64\r\n" + std::string(100, 'x') + "\r\n";
  chunks.send("PUT /v2/r/manifests/x" + head + "Transfer-Encoding: chunked\r\n\r\n" + body);
  EXPECT_EQ(chunks.reply().status, 413);
  EXPECT_TRUE(chunks.ended());
  Connection broken(registry.port());
  broken.send("GET /v2/" + head + "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(broken.reply().status, 405);
  EXPECT_TRUE(broken.ended());
}

TEST_F(RegistryTest, ServesManyAtOnce) {
  const auto path = push(std::string(100'000, 'x'));
  std::vector<std::thread> clients;
  for (int client = 0; client < 24; ++client) {
    clients.emplace_back([&, client] {
      Connection own(registry.port());
      const auto bytes = std::to_string(client % 5);
      const auto digest = Digest::sha256(bytes).str();
      EXPECT_EQ(own.request("POST /v2/r/blobs/uploads/?digest=" + digest, "", bytes).status, 201);
      EXPECT_EQ(own.request("GET /v2/r/blobs/" + digest).body, bytes);
      EXPECT_EQ(own.request("GET " + path).body.size(), 100'000U);
    });
  }
  for (auto& client : clients) client.join();
}

TEST_F(RegistryTest, LetsIdleConnectionsGiveWay) {
  std::list<Connection> idle;
  for (int i = 0; i < 70; ++i) idle.emplace_back(registry.port()).send("GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto begin = steady_clock::now();
  EXPECT_EQ(Connection(registry.port()).request("GET /v2/").status, 200);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(4)) << "they would be kept for five seconds";
}

TEST_F(RegistryTest, RefusesAPortInUse) {
  try {
    const Registry second({.port = registry.port(), .directory = directory.path() / "second"});
    FAIL() << "two registries on one port";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::network);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(Registry, MayBeStoppedBeforeItServes) {
  const sys::TemporaryDirectory directory;
  Registry registry({.directory = directory.path() / "store"});
  registry.stop();
  registry.serve();
}

}  // namespace
}  // namespace polyarch::server
