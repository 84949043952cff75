#include "http/transport.hpp"

#include <gtest/gtest.h>
#include <thread>

#include "base/error.hpp"
#include "unit/http/scripted_server.hpp"

namespace polyarch::http {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::reply;
using testing::ScriptedServer;

TransportOptions quick() {
  TransportOptions options;
  options.idle_timeout = milliseconds(2000);
  return options;
}

Request get(const std::string& url) {
  Request request;
  request.url = url;
  return request;
}

// The Error that sending ends with.
Error failure(Transport& transport, const Request& request) {
  try {
    const auto response = transport.send(request);
    ADD_FAILURE() << "no error but status " << response.status;
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::failed, "none"};
}

TEST(Transport, SendsAndReceives) {
  ScriptedServer server({reply(200, "X-Answer: 42\r\nSet-Cookie: a\r\nset-cookie: b\r\n", "hello")});
  auto request = get(server.url("/v2/a?n=1,2+3"));
  request.headers.set("Accept", "text/x");
  const auto response = make_transport(quick())->send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers.get("x-answer"), "42");
  EXPECT_EQ(response.headers.all("Set-Cookie").size(), 2U);
  const auto seen = server.seen().at(0);
  EXPECT_EQ(seen.line(), "GET /v2/a?n=1,2+3 HTTP/1.1");
  EXPECT_TRUE(seen.has("Host: " + server.authority() + "\r\n")) << seen.head;
  EXPECT_TRUE(seen.has("User-Agent: polyarch\r\n"));
  EXPECT_TRUE(seen.has("Accept: text/x\r\n"));
  EXPECT_TRUE(seen.has("Accept-Encoding: identity\r\n")) << "digests are of the bytes as they are";
}

TEST(Transport, EveryStatusIsAnAnswer) {
  ScriptedServer server({reply(404, "", "no"), reply(302, "Location: /x\r\n"), reply(204), reply(500)});
  const auto transport = make_transport(quick());
  for (const int status : {404, 302, 204, 500}) EXPECT_EQ(transport->send(get(server.url())).status, status);
  EXPECT_EQ(server.seen().size(), 4U);
}

TEST(Transport, KeepsConnectionsOpen) {
  ScriptedServer server({reply(200), reply(200), reply(200)});
  const auto transport = make_transport(quick());
  for (int i = 0; i < 3; ++i) transport->send(get(server.url()));
  EXPECT_EQ(server.connections(), 1);
}

TEST(Transport, OpensAConnectionForEachThreadAtMost) {
  ScriptedServer server(std::deque<Answer>(200, reply(200, "", "body")));
  const auto transport = make_transport(quick());
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) good += transport->send(get(server.url())).body == "body" ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
  EXPECT_LE(server.connections(), 4);
}

TEST(Transport, RepeatsOnAStaleConnectionOnce) {
  ScriptedServer server({reply(200), {"", Answer::Then::close}, reply(200, "", "fresh")});
  const auto transport = make_transport(quick());
  transport->send(get(server.url()));
  EXPECT_EQ(transport->send(get(server.url())).body, "fresh");
  EXPECT_EQ(server.seen().size(), 3U);
}

TEST(Transport, DoesNotRepeatWhatGoesOutOnce) {
  ScriptedServer server({reply(200), {"", Answer::Then::close}, reply(200)});
  const auto transport = make_transport(quick());
  transport->send(get(server.url()));
  auto request = get(server.url());
  request.once = true;
  EXPECT_TRUE(failure(*transport, request).retryable());
  EXPECT_EQ(server.seen().size(), 2U);
}

TEST(Transport, DoesNotRepeatOnAFreshConnection) {
  ScriptedServer server({{"", Answer::Then::close}, reply(200)});
  const auto error = failure(*make_transport(quick()), get(server.url()));
  EXPECT_EQ(error.kind(), ErrorKind::network);
  EXPECT_TRUE(error.retryable());
  EXPECT_EQ(server.seen().size(), 1U);
}

TEST(Transport, ReportsARefusedConnection) {
  const auto closed = [] { return testing::Listener().authority(); }();
  const auto error = failure(*make_transport(quick()), get("http://" + closed + "/v2/?token=secret"));
  EXPECT_EQ(error.kind(), ErrorKind::network);
  EXPECT_TRUE(error.retryable());
  EXPECT_NE(error.message().find(closed), std::string::npos) << error.message();
  EXPECT_EQ(error.message().find("secret"), std::string::npos) << error.message();
  EXPECT_FALSE(error.hint().empty());
}

// A name that does not resolve gives no socket at all, which once looked like a stale connection, for ever.
TEST(Transport, ReportsAHostThatDoesNotResolve) {
  const auto error = failure(*make_transport(quick()), get("http://registry.invalid/v2/"));
  EXPECT_EQ(error.kind(), ErrorKind::network);
  EXPECT_NE(error.message().find("registry.invalid"), std::string::npos) << error.message();
}

TEST(Transport, ReportsAShortBody) {
  ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Answer::Then::close}});
  EXPECT_TRUE(failure(*make_transport(quick()), get(server.url())).retryable());
}

TEST(Transport, ReportsAResetInTheMiddle) {
  ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Answer::Then::reset}});
  std::string got;
  auto request = get(server.url());
  request.sink = [&](std::string_view bytes) { got += bytes; };
  EXPECT_TRUE(failure(*make_transport(quick()), request).retryable());
  EXPECT_TRUE(std::string("half").starts_with(got));
}

TEST(Transport, BoundsTheBody) {
  ScriptedServer server({reply(200, "", std::string(100, 'x')),
                         reply(200, "", std::string(100, 'x')),
                         {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\nhalf", Answer::Then::close}});
  const auto transport = make_transport(quick());
  auto request = get(server.url());
  request.max_body = 99;
  const auto error = failure(*transport, request);
  EXPECT_EQ(error.kind(), ErrorKind::registry);
  EXPECT_FALSE(error.retryable());
  request.max_body = 100;
  EXPECT_EQ(transport->send(request).body.size(), 100U);
  failure(*transport, request);
}

TEST(Transport, ReadsChunkedBodies) {
  ScriptedServer server({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n"}});
  EXPECT_EQ(make_transport(quick())->send(get(server.url())).body, "abcdef");
}

TEST(Transport, StreamsGoodBodiesOnlyIntoTheSink) {
  ScriptedServer server({reply(206, "X-Part: 1\r\n", "content"), reply(500, "", "trouble")});
  const auto transport = make_transport(quick());
  std::string got;
  auto request = get(server.url());
  request.on_head = [&](int status, const Headers& headers) {
    got += std::to_string(status) + headers.get("x-part").value_or("") + ":";
  };
  request.sink = [&](std::string_view bytes) { got += bytes; };
  EXPECT_EQ(transport->send(request).body, "");
  EXPECT_EQ(got, "2061:content");
  EXPECT_EQ(transport->send(request).body, "trouble");
  EXPECT_EQ(got, "2061:content");
}

TEST(Transport, PassesOnWhatTheSinkThrows) {
  ScriptedServer server({reply(200, "", "content"), reply(200, "", "content")});
  auto request = get(server.url());
  request.sink = [](std::string_view) { throw Error(ErrorKind::storage, "the disk is full"); };
  const auto transport = make_transport(quick());
  EXPECT_EQ(failure(*transport, request).kind(), ErrorKind::storage);
  EXPECT_EQ(transport->send(get(server.url())).body, "content");
}

TEST(Transport, StreamsRequestBodies) {
  ScriptedServer server({reply(201)});
  const std::string content(3'000'000, 'z');
  Request request = get(server.url("/upload"));
  request.method = "PUT";
  request.headers.set("Content-Type", "application/octet-stream");
  request.source = BodySource{content.size(), [&](std::uint64_t offset, char* buffer, std::size_t capacity) {
                                return content.copy(buffer, capacity, offset);
                              }};
  EXPECT_EQ(make_transport(quick())->send(request).status, 201);
  EXPECT_EQ(server.seen().at(0).body, content);
  EXPECT_TRUE(server.seen().at(0).has("Content-Length: 3000000\r\n"));
}

TEST(Transport, SendsEmptyBodiesWithTheirLength) {
  ScriptedServer server({reply(202), reply(201)});
  const auto transport = make_transport(quick());
  auto request = get(server.url());
  request.method = "POST";
  EXPECT_EQ(transport->send(request).status, 202);
  request.method = "PUT";
  request.source = BodySource{0, [](std::uint64_t, char*, std::size_t) -> std::size_t { return 0; }};
  EXPECT_EQ(transport->send(request).status, 201);
  for (const auto& seen : server.seen()) EXPECT_TRUE(seen.has("Content-Length: 0\r\n")) << seen.head;
}

TEST(Transport, ReportsASourceThatEndsEarly) {
  ScriptedServer server({reply(201)});
  auto request = get(server.url());
  request.method = "PUT";
  request.source = BodySource{10, [](std::uint64_t, char*, std::size_t) -> std::size_t { return 0; }};
  EXPECT_EQ(failure(*make_transport(quick()), request).kind(), ErrorKind::input);
}

TEST(Transport, RefusesWhatWouldSplitARequest) {
  const auto transport = make_transport(quick());
  EXPECT_EQ(failure(*transport, get("http://127.0.0.1:9/a b")).kind(), ErrorKind::input);
  EXPECT_EQ(failure(*transport, get("ftp://127.0.0.1/")).kind(), ErrorKind::input);
  auto request = get("http://127.0.0.1:9/");
  request.headers.set("Authorization", "Bearer a\r\nX-Evil: secret");
  const auto error = failure(*transport, request);
  EXPECT_EQ(error.kind(), ErrorKind::input);
  EXPECT_EQ(error.message().find("secret"), std::string::npos);
}

TEST(Transport, GivesUpOnSilence) {
  ScriptedServer server({{"", Answer::Then::hang}});
  auto options = quick();
  options.idle_timeout = milliseconds(150);
  const auto error = failure(*make_transport(options), get(server.url()));
  EXPECT_TRUE(error.retryable());
  EXPECT_NE(error.message().find("silent"), std::string::npos) << error.message();
}

TEST(Transport, GivesUpOnATrickle) {
  ScriptedServer server({reply(200, "", "a drop")});
  auto options = quick();
  options.whole_timeout = milliseconds(0);
  const auto error = failure(*make_transport(options), get(server.url()));
  EXPECT_TRUE(error.retryable());
  EXPECT_NE(error.message().find("too slow"), std::string::npos) << error.message();
}

TEST(Transport, GivesUpOnATrickleOfHeaders) {
  ScriptedServer server({{"HTTP/1.1 200 OK\r\nX: ", Answer::Then::trickle}});
  auto options = quick();
  options.idle_timeout = milliseconds(30'000);
  options.whole_timeout = milliseconds(100);
  const auto error = failure(*make_transport(options), get(server.url()));
  EXPECT_TRUE(error.retryable());
  EXPECT_NE(error.message().find("too slow"), std::string::npos) << error.message();
}

TEST(Transport, TheDeadlineOfTheHeadSparesTheBody) {
  ScriptedServer server({{"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n", Answer::Then::trickle}});
  auto options = quick();
  options.whole_timeout = milliseconds(200);
  options.slowest = 1;  // byte a second: each that came allows for one more
  EXPECT_EQ(make_transport(options)->send(get(server.url())).body.size(), 40U);
}

TEST(Transport, ACancelEndsAnExchangeAtOnce) {
  for (const auto* start : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"}) {
    ScriptedServer server({{start, Answer::Then::hang}});
    sys::Cancel cancel;
    auto options = quick();
    options.idle_timeout = milliseconds(30'000);
    options.cancel = &cancel;
    const auto transport = make_transport(options);
    std::thread killer([&] {
      while (server.seen().empty()) std::this_thread::sleep_for(milliseconds(1));
      cancel.request();
    });
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(failure(*transport, get(server.url())).kind(), ErrorKind::interrupted);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
    killer.join();
    EXPECT_EQ(failure(*transport, get(server.url())).kind(), ErrorKind::interrupted);
    EXPECT_EQ(server.seen().size(), 1U);
  }
}

TEST(Transport, SurvivesHostileAnswers) {
  const std::string flood(1 << 20, 'A');
  const std::deque<Answer> script{
      {"garbage\r\n\r\n", Answer::Then::close},
      {"HTTP/1.1 200 " + flood.substr(0, 32'000) + "\r\n\r\n", Answer::Then::close},
      {"HTTP/1.1 200 OK\r\nX: " + flood + "\r\n\r\n", Answer::Then::close},
      {"HTTP/1.1 999999999999 OK\r\n\r\n", Answer::Then::close},
      {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", Answer::Then::close},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc", Answer::Then::close},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", Answer::Then::close},
      {std::string("\0\0\0\0\r\n\r\n", 8), Answer::Then::reset},
  };
  for (const auto& answer : script) {
    ScriptedServer server({answer});
    try {
      make_transport(quick())->send(get(server.url()));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::network);
    }
  }
}

}  // namespace
}  // namespace polyarch::http
