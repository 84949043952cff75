#include <gtest/gtest.h>

#include "base/error.hpp"
#include "http/backoff.hpp"
#include "unit/http/fake_clock.hpp"
#include "unit/http/fake_transport.hpp"

namespace polyarch::http {
namespace {

using std::chrono::milliseconds;
using testing::FakeClock;
using testing::FakeTransport;

Response status(int code, Headers headers = {}) {
  return {code, std::move(headers), ""};
}

// A transport that gives `answers` one after another, behind the retry decorator.
struct Retried {
  explicit Retried(std::vector<std::function<Response(const Request&)>> answers, RetryPolicy policy = {},
                   const sys::Cancel* cancel = nullptr) {
    auto inner = std::make_unique<FakeTransport>([this, answers = std::move(answers)](const Request& request) {
      return answers.at(static_cast<std::size_t>(sent++))(request);
    });
    transport = with_retry(std::move(inner), policy, clock, cancel);
  }
  FakeClock clock;
  int sent = 0;
  std::unique_ptr<Transport> transport;
};

auto answer(int code, Headers headers = {}) {
  return [=](const Request&) { return status(code, headers); };
}
auto broken() {
  return [](const Request&) -> Response { throw Error(ErrorKind::network, "broke", "", true); };
}

TEST(Retry, RepeatsWhatMayPass) {
  for (const int code : {408, 429, 500, 502, 503, 504}) {
    Retried retried({answer(code), broken(), answer(200)});
    EXPECT_EQ(retried.transport->send({}).status, 200) << code;
    EXPECT_EQ(retried.sent, 3);
  }
}

TEST(Retry, LeavesOtherAnswersAlone) {
  for (const int code : {200, 206, 301, 400, 401, 403, 404, 501}) {
    Retried retried({answer(code)});
    EXPECT_EQ(retried.transport->send({}).status, code);
    EXPECT_EQ(retried.clock.passed(), milliseconds(0));
  }
}

TEST(Retry, EndsWithTheLastAnswerOrError) {
  Retried answered({answer(500), answer(502), answer(503)}, {.attempts = 3});
  EXPECT_EQ(answered.transport->send({}).status, 503);
  EXPECT_EQ(answered.sent, 3);
  Retried dead({broken(), broken()}, {.attempts = 2});
  EXPECT_THROW(dead.transport->send({}), Error);
  EXPECT_EQ(dead.sent, 2);
}

TEST(Retry, DoesNotRepeatErrorsThatStay) {
  Retried retried({[](const Request&) -> Response { throw Error(ErrorKind::network, "untrusted"); }});
  EXPECT_THROW(retried.transport->send({}), Error);
  EXPECT_EQ(retried.sent, 1);
}

TEST(Retry, HonoursRetryAfter) {
  Retried seconds({answer(429, {{"Retry-After", "7"}}), answer(200)});
  EXPECT_EQ(seconds.transport->send({}).status, 200);
  EXPECT_GE(seconds.clock.passed(), milliseconds(7000));
  Retried date({answer(503, {{"Retry-After", "Tue, 14 Nov 2023 22:13:29 GMT"}}), answer(200)});  // 9 s from the start
  EXPECT_EQ(date.transport->send({}).status, 200);
  EXPECT_GE(date.clock.passed(), milliseconds(9000));
  EXPECT_LE(date.clock.passed(), milliseconds(9400));
}

TEST(Retry, GivesUpAtOnceWhenTheWaitIsBeyondTheBudget) {
  Retried retried({answer(429, {{"Retry-After", "600"}})});
  EXPECT_EQ(retried.transport->send({}).status, 429);
  EXPECT_EQ(retried.sent, 1);
  EXPECT_EQ(retried.clock.passed(), milliseconds(0));
}

TEST(Retry, WaitsLongerEachTime) {
  Retried retried({broken(), broken(), broken(), answer(200)}, {.first_delay = milliseconds(1000)});
  retried.transport->send({});
  EXPECT_GE(retried.clock.passed(), milliseconds(500 + 1000 + 2000));
  EXPECT_LE(retried.clock.passed(), milliseconds(1000 + 2000 + 4000));
}

TEST(Retry, DoesNotRepeatOnceTheSinkHasBytes) {
  Retried retried({[](const Request& request) -> Response {
    request.sink("half");
    throw Error(ErrorKind::network, "broke", "", true);
  }});
  std::string got;
  Request request;
  request.sink = [&](std::string_view bytes) { got += bytes; };
  EXPECT_THROW(retried.transport->send(request), Error);
  EXPECT_EQ(got, "half");
  EXPECT_EQ(retried.sent, 1);
}

TEST(Retry, SendsOnceWhatMayBeSentOnce) {
  Retried retried({answer(503)});
  Request request;
  request.once = true;
  EXPECT_EQ(retried.transport->send(request).status, 503);
  EXPECT_EQ(retried.sent, 1);
}

TEST(Retry, ACancelEndsTheWait) {
  sys::Cancel cancel;
  cancel.request();
  Retried retried({answer(503), answer(200)}, {}, &cancel);
  EXPECT_THROW(retried.transport->send({}), Error);
  EXPECT_EQ(retried.sent, 1);
}

TEST(RetryAfter, IgnoresNonsense) {
  const auto now = std::chrono::system_clock::now();
  for (const auto* text :
       {"", "-1", "soon", "1.5", "Tue, 99 Foo 2023 22:13:29 GMT", "Tue, 14 Nov 2023 22:13:29 GMT x"}) {
    EXPECT_FALSE(retry_after(status(429, {{"Retry-After", text}}), now)) << text;
  }
  EXPECT_EQ(retry_after(status(429, {{"Retry-After", "Tue, 14 Nov 2023 22:13:29 GMT"}}), now), milliseconds(0));
  EXPECT_TRUE(retry_after(status(429, {{"Retry-After", "18446744073709551615"}}), now));
  EXPECT_GT(retry_after(status(429, {{"Retry-After", "Tue, 14 Nov 9163 22:13:29 GMT"}}), now),
            std::chrono::hours(8000));
}

}  // namespace
}  // namespace polyarch::http
