#include <gtest/gtest.h>

#include "unit/registry/scripted.hpp"

namespace polyarch::registry {
namespace {

using testing::Answer;
using testing::FakeCredentials;
using testing::reply;
using testing::Scripted;
using testing::ScriptedServer;
using testing::source_of;

TEST(Uploads, StartAnewWhenTheyBreakOff) {
  Scripted scripted({reply(404),
                     reply(202, "Location: /v2/app/blobs/uploads/1?_state=a\r\n"),
                     {"", Answer::Then::reset},
                     reply(404),  // the upload is gone
                     reply(404),
                     reply(202, "Location: 2\r\n"),
                     reply(503),
                     reply(204, "Range: 0-0\r\n"),  // of one byte or of none
                     reply(404),
                     reply(202, "Location: http://" + std::string("{}") + "/3\r\n"),
                     reply(201)});
  const auto digest = Digest::sha256("content");
  // The last Location cannot be followed, which ends the push: it must not be asked a fourth time.
  EXPECT_THROW(scripted.client.push_blob(scripted.app(), digest, source_of("content")), Error);
  const auto seen = scripted.server.seen();
  ASSERT_EQ(seen.size(), 10U);
  EXPECT_EQ(seen[2].line(),
            "PUT /v2/app/blobs/uploads/1?_state=a&digest=sha256%3A" + std::string(digest.hex()) + " HTTP/1.1");
  EXPECT_EQ(seen[2].body, "content");
  EXPECT_TRUE(seen[6].line().starts_with("PUT /v2/app/blobs/uploads/2?digest="));
}

TEST(Uploads, SkipWhatIsThere) {
  Scripted scripted({reply(200)});
  scripted.client.push_blob(scripted.app(), Digest::sha256("content"), source_of("content"));
  EXPECT_EQ(scripted.server.seen().size(), 1U);
}

TEST(Uploads, MountFromAnotherRepository) {
  Scripted scripted({reply(404), reply(201), reply(404), reply(202, "Location: /u\r\n"), reply(201)});
  const auto other = testing::repository(scripted.server.authority() + "/base");
  const auto digest = Digest::sha256("content");
  scripted.client.push_blob(scripted.app(), digest, source_of("content"), other);
  EXPECT_NE(scripted.server.seen().at(1).line().find("?mount=sha256%3A"), std::string::npos);
  EXPECT_NE(scripted.server.seen().at(1).line().find("&from=base"), std::string::npos);
  scripted.client.push_blob(scripted.app(), digest, source_of("content"), other);
  EXPECT_EQ(scripted.server.seen().at(4).body, "content");
}

TEST(Uploads, SendNoCredentialsToAnotherOrigin) {
  ScriptedServer storage({reply(201)});
  Scripted scripted(
      {reply(401, "WWW-Authenticate: Basic\r\n"), reply(404), reply(202, "Location: " + storage.url("/u") + "\r\n")});
  FakeCredentials credentials({{scripted.server.authority(), {"me", "password", ""}}});
  Client client(*scripted.transport, credentials, {});
  client.push_blob(scripted.app(), Digest::sha256("content"), source_of("content"));
  EXPECT_EQ(storage.seen().at(0).body, "content");
  EXPECT_FALSE(storage.seen().at(0).has("Authorization"));
}

// A client that sends four bytes a chunk.
struct Chunked : Scripted {
  using Scripted::Scripted;
  void push() { small.push_blob(app(), Digest::sha256(content), source_of(content)); }
  ScriptedServer::Seen seen(std::size_t number) const { return server.seen().at(number); }

  const std::string content = "0123456789";
  Client small{*transport, credentials, {.clock = &clock, .chunk = 4}};
};

TEST(Chunks, CarryLargeBlobs) {
  Chunked chunked({reply(404), reply(202, "Location: /u/1\r\n"), reply(202, "Location: /u/2\r\nRange: 0-3\r\n"),
                   reply(202, "Range: 0-7\r\n"), reply(202), reply(201)});
  chunked.push();
  EXPECT_EQ(chunked.seen(2).line(), "PATCH /u/1 HTTP/1.1");
  EXPECT_EQ(chunked.seen(2).body, "0123");
  EXPECT_TRUE(chunked.seen(2).has("Content-Range: 0-3"));
  EXPECT_EQ(chunked.seen(3).line(), "PATCH /u/2 HTTP/1.1");
  EXPECT_EQ(chunked.seen(4).body, "89");
  EXPECT_TRUE(chunked.seen(4).has("Content-Range: 8-9"));
  EXPECT_TRUE(chunked.seen(5).line().starts_with("PUT /u/2?digest="));
  EXPECT_EQ(chunked.seen(5).body, "");
}

TEST(Chunks, AreAsLargeAsTheRegistryWants) {
  Chunked chunked({reply(404), reply(202, "Location: /u\r\nOCI-Chunk-Min-Length: 6\r\n"), reply(202), reply(202),
                   reply(201), reply(404), reply(202, "Location: /u\r\nOCI-Chunk-Min-Length: 16\r\n"), reply(201)});
  chunked.push();
  EXPECT_EQ(chunked.seen(2).body, "012345");
  EXPECT_EQ(chunked.seen(3).body, "6789");
  chunked.push();
  EXPECT_EQ(chunked.seen(7).body, "0123456789");
}

TEST(Chunks, GoOnWhereTheRegistryIs) {
  Chunked chunked({reply(404),
                   reply(202, "Location: /u\r\n"),
                   reply(202, "Range: 0-3\r\n"),
                   {"", Answer::Then::reset},
                   reply(204, "Range: 0-5\r\n"),
                   reply(202),
                   reply(201)});
  chunked.push();
  EXPECT_EQ(chunked.seen(4).line(), "GET /u HTTP/1.1");
  EXPECT_EQ(chunked.seen(5).body, "6789");
  EXPECT_TRUE(chunked.seen(5).has("Content-Range: 6-9"));
}

TEST(Chunks, GoOnAfterAWholeBlobBroke) {
  Scripted scripted({reply(404),
                     reply(202, "Location: /u\r\n"),
                     {"", Answer::Then::reset},
                     reply(204, "Range: bytes=0-3\r\n"),
                     reply(202),
                     reply(201)});
  scripted.client.push_blob(scripted.app(), Digest::sha256("content"), source_of("content"));
  EXPECT_EQ(scripted.server.seen().at(4).body, "ent");
}

TEST(Chunks, AreSentAgainWhenTheRegistryKeptLess) {
  Chunked chunked({reply(404), reply(202, "Location: /u\r\n"), reply(202, "Range: 0-3\r\n"),
                   reply(202, "Range: 0-5\r\n"), reply(204, "Range: 0-5\r\n"), reply(202, "Range: 0-9\r\n"),
                   reply(201)});
  chunked.push();
  EXPECT_EQ(chunked.seen(5).body, "6789");
}

TEST(Chunks, StartAnewWhenTheSessionIsLostOrDamaged) {
  Chunked lost({reply(404), reply(202, "Location: /u\r\n"), reply(404), reply(404), reply(202, "Location: /v\r\n"),
                reply(202), reply(202), reply(202), reply(201)});
  lost.push();
  EXPECT_EQ(lost.seen(5).line(), "PATCH /v HTTP/1.1");
  EXPECT_EQ(lost.seen(5).body, "0123");
  Chunked damaged({reply(404),
                   reply(202, "Location: /u\r\n"),
                   {"", Answer::Then::reset},
                   reply(204, "Range: 0-8\r\n"),
                   reply(202),
                   reply(400),
                   reply(200),  // it is asked whether it meant TLS

                   reply(404),
                   reply(202, "Location: /v\r\n"),
                   reply(202),
                   reply(202),
                   reply(202),
                   reply(201)});
  damaged.push();
  EXPECT_EQ(damaged.seen(9).body, "0123");
}

TEST(Chunks, GiveWayToTheWholeWhereTheyAreRefused) {
  for (const int status : {405, 415, 501}) {
    Chunked chunked({reply(404), reply(202, "Location: /u\r\n"), reply(status), reply(404),
                     reply(202, "Location: /v\r\n"), reply(201)});
    chunked.push();
    EXPECT_TRUE(chunked.seen(5).line().starts_with("PUT /v?")) << status;
    EXPECT_EQ(chunked.seen(5).body, "0123456789");
  }
}

TEST(Chunks, EndWithWhatTheRegistryWillNotTake) {
  for (const int status : {401, 403, 413}) {
    Chunked chunked({reply(404), reply(202, "Location: /u\r\n"), reply(status)});
    EXPECT_FALSE(chunked.failure([&] { chunked.push(); }).retryable()) << status;
    EXPECT_EQ(chunked.server.seen().size(), 3U);
  }
}

TEST(Chunks, WaitAsLongAsTheyAreAsked) {
  Chunked chunked({reply(404), reply(202, "Location: /u\r\n"), reply(429, "Retry-After: 9\r\n"), reply(204), reply(404),
                   reply(202, "Location: /u\r\n"), reply(202), reply(202), reply(202), reply(201)});
  chunked.push();
  EXPECT_GE(chunked.clock.passed(), std::chrono::seconds(9));
}

TEST(Chunks, MayBreakOftenAsLongAsTheyGetOn) {
  constexpr std::uint64_t megabyte = 1U << 20;
  std::uint64_t kept = 0;
  bool broken = false;
  testing::FakeTransport transport([&](const http::Request& request) -> http::Response {
    if (request.method == "HEAD") return {404};
    if (request.method == "POST") return {202, {{"Location", "/u"}}};
    if (request.method == "GET") return {204, {{"Range", fmt::format("0-{}", kept - 1)}}};
    if (request.method == "PUT") return {201};
    broken = !broken;
    if (!broken) throw Error(ErrorKind::network, "broke", "", true);
    kept += request.source->size;
    return {202};
  });
  testing::FakeClock clock;
  FakeCredentials credentials;
  Client client(transport, credentials, {.clock = &clock, .chunk = megabyte});
  const http::BodySource zeros{40 * megabyte, [](std::uint64_t, char* buffer, std::size_t capacity) {
                                 std::fill_n(buffer, capacity, '\0');
                                 return capacity;
                               }};
  client.push_blob(testing::repository(), Digest::sha256("x"), zeros);
  EXPECT_EQ(kept, 40 * megabyte);
}

TEST(Chunks, GiveUpWhenTheyGetNowhereAndSayHowLongTheyTried) {
  int sent = 0;
  testing::FakeTransport transport([&](const http::Request& request) -> http::Response {
    if (request.method == "HEAD") return {404};
    if (request.method == "POST") return {202, {{"Location", "/u"}}};
    if (request.method == "GET") return {204, {{"Range", fmt::format("0-{}", 10 + sent)}}};
    ++sent;
    throw Error(ErrorKind::network, "broke", "", true);
  });
  testing::FakeClock clock;
  FakeCredentials credentials;
  Client client(transport, credentials, {.resume = {.attempts = 3}, .clock = &clock, .chunk = 4});
  try {
    client.push_blob(testing::repository(), Digest::sha256("x"), source_of(std::string(1000, 'x')));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("gave up after 3 attempts in "), std::string::npos) << error.message();
  }
  EXPECT_EQ(sent, 3);
}

TEST(Uploads, SayWhichDigestIsMeantWhenItIsNotTheUsual) {
  Scripted scripted({reply(404), reply(202, "Location: /u\r\n"), reply(201)});
  Hasher hasher("sha512");
  hasher.update("content");
  scripted.client.push_blob(scripted.app(), hasher.finish(), source_of("content"));
  EXPECT_NE(scripted.server.seen().at(1).line().find("?digest-algorithm=sha512"), std::string::npos);
}

TEST(Lists, SendNoCredentialsToAnotherOrigin) {
  ScriptedServer other({reply(200, "", R"({"tags":["b"]})")});
  Scripted scripted({reply(401, "WWW-Authenticate: Basic\r\n"),
                     reply(200, "Link: <" + other.url("/l") + ">; rel=\"next\"\r\n", R"({"tags":["a"]})")});
  FakeCredentials credentials({{scripted.server.authority(), {"me", "password", ""}}});
  Client client(*scripted.transport, credentials, {});
  EXPECT_EQ(client.tags(scripted.app()).size(), 2U);
  EXPECT_FALSE(other.seen().at(0).has("Authorization"));
}

}  // namespace
}  // namespace polyarch::registry
