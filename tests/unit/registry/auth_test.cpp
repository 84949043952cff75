#include <gtest/gtest.h>
#include <latch>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "unit/registry/fixture.hpp"

namespace polyarch::registry {
namespace {

using testing::FakeClock;
using testing::FakeCredentials;
using testing::FakeTransport;
using testing::repository;

const Digest some_digest = Digest::sha256("x");

// A registry that wants a token from a realm of its own, and counts what it gives out.
struct Guarded {
  http::Response operator()(const http::Request& request) {
    if (request.url.starts_with(realm)) {
      const auto number = ++tokens;
      if (request.method == "POST" && trade_status != 200) return {trade_status};
      if (token_status != 200) return {token_status, {}, R"({"details":"wrong password"})"};
      return {200, {}, fmt::format(R"({{"token":"token-{}","expires_in":{}}})", number, lifetime)};
    }
    const auto authorization = request.headers.get("Authorization");
    if (authorization && *authorization == fmt::format("Bearer token-{}", tokens.load()) && !deny) {
      return on_request ? on_request(request) : http::Response{200};
    }
    if (on_refusal) on_refusal();
    return {401, {{"WWW-Authenticate", challenge}}, ""};
  }
  std::function<void()> on_refusal;
  std::function<http::Response(const http::Request&)> on_request;  // once it is authorized
  std::string realm = "https://auth.example/token";
  std::string challenge = R"(Bearer realm="https://auth.example/token",service="r.example")";
  int token_status = 200;
  int trade_status = 200;
  int lifetime = 300;
  bool deny = false;
  std::atomic<int> tokens{0};
};

struct Auth : ::testing::Test {
  Guarded guarded;
  FakeTransport transport{[this](const http::Request& request) { return guarded(request); }};
  FakeCredentials credentials{{{"r.example", {"me", "password", ""}}}};
  FakeClock clock;
  Client client{transport, credentials, {.clock = &clock}};

  std::vector<http::Request> token_requests() const {
    std::vector<http::Request> found;
    for (const auto& request : transport.requests()) {
      if (request.url.starts_with(guarded.realm)) found.push_back(request);
    }
    return found;
  }
  ErrorKind failure() {
    try {
      client.has_blob(repository(), some_digest);
    } catch (const Error& error) {
      message = error.message() + error.hint();
      return error.kind();
    }
    return ErrorKind::failed;
  }
  std::string message;
};

TEST_F(Auth, FetchesATokenWithTheCredentials) {
  EXPECT_TRUE(client.has_blob(repository(), some_digest));
  const auto request = token_requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "https://auth.example/token?service=r.example&scope=repository%3Aapp%3Apull");
  EXPECT_EQ(request.headers.get("Authorization"), "Basic " + text::base64_encode("me:password"));
}

TEST_F(Auth, KeepsTheTokenUntilShortlyBeforeItExpires) {
  client.has_blob(repository(), some_digest);
  client.has_blob(repository(), some_digest);
  EXPECT_EQ(guarded.tokens, 1);
  clock.sleep(std::chrono::seconds(200));
  client.has_blob(repository(), some_digest);
  EXPECT_EQ(guarded.tokens, 1);
  clock.sleep(std::chrono::seconds(80));
  client.has_blob(repository(), some_digest);
  EXPECT_EQ(guarded.tokens, 2);
  EXPECT_EQ(transport.requests().size(), 1U + 1 + 1 + 1 + 1 + 2);  // one 401 only: the renewal came before it
}

TEST_F(Auth, HasATokenForEachScope) {
  client.has_blob(repository(), some_digest);
  client.has_blob(repository("r.example/other"), some_digest);
  ASSERT_EQ(token_requests().size(), 2U);
  EXPECT_NE(token_requests()[1].url.find("scope=repository%3Aother%3Apull"), std::string::npos);
}

TEST_F(Auth, OneThreadFetchesForAll) {
  client.has_blob(repository(), some_digest);
  clock.sleep(std::chrono::seconds(1000));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { client.has_blob(repository(), some_digest); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(guarded.tokens, 2);
}

TEST_F(Auth, RenewsOnceWhenATokenIsRevoked) {
  client.has_blob(repository(), some_digest);
  ++guarded.tokens;  // the registry forgets the old one
  EXPECT_TRUE(client.has_blob(repository(), some_digest));
  EXPECT_EQ(token_requests().size(), 2U);
}

TEST_F(Auth, RenewsOnceForAllThreadsThatWereRefused) {
  client.has_blob(repository(), some_digest);
  ++guarded.tokens;
  std::latch everyone_refused(8);
  guarded.on_refusal = [&] { everyone_refused.arrive_and_wait(); };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { client.has_blob(repository(), some_digest); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(token_requests().size(), 2U);
}

TEST_F(Auth, EndsWhenTheRegistryRefusesAFreshToken) {
  guarded.deny = true;
  EXPECT_EQ(failure(), ErrorKind::auth);
  EXPECT_EQ(guarded.tokens, 1);
  EXPECT_NE(message.find("docker login"), std::string::npos) << message;
}

TEST_F(Auth, SaysWhyTheTokenServiceRefuses) {
  guarded.token_status = 401;
  EXPECT_EQ(failure(), ErrorKind::auth);
  EXPECT_NE(message.find("wrong password"), std::string::npos) << message;
}

TEST_F(Auth, AddsTheScopeThatTheRegistryAsksFor) {
  guarded.challenge += R"(,scope="repository:app:delete")";
  EXPECT_TRUE(client.has_blob(repository(), some_digest));
  EXPECT_NE(token_requests().at(0).url.find("scope=repository%3Aapp%3Apull&scope=repository%3Aapp%3Adelete"),
            std::string::npos);
}

TEST_F(Auth, SendsNothingToARealmWithoutHttps) {
  guarded.challenge = R"(Bearer realm="http://auth.example/token",service="r.example")";
  EXPECT_EQ(failure(), ErrorKind::auth);
  EXPECT_EQ(transport.requests().size(), 1U);
}

TEST_F(Auth, GarbageIsNoChallenge) {
  for (const auto* challenge : {"", "Bearer", "Bearer realm=\"no url\"", "Digest realm=\"x\"", "\x01\x02=,"}) {
    guarded.challenge = challenge;
    EXPECT_EQ(failure(), ErrorKind::auth) << challenge;
  }
  EXPECT_EQ(guarded.tokens, 0);
}

TEST_F(Auth, GoesAnonymousWithoutCredentials) {
  FakeCredentials none;
  Client anonymous(transport, none, {.clock = &clock});
  EXPECT_TRUE(anonymous.has_blob(repository(), some_digest));
  EXPECT_FALSE(token_requests().at(0).headers.get("Authorization"));
}

TEST_F(Auth, TradesAnIdentityToken) {
  FakeCredentials identity({{"r.example", {"", "", "refresh+me"}}});
  Client refreshing(transport, identity, {.clock = &clock});
  EXPECT_TRUE(refreshing.has_blob(repository(), some_digest));
  const auto request = token_requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, guarded.realm);
  EXPECT_NE(request.body.find("refresh_token=refresh%2Bme"), std::string::npos);
  EXPECT_NE(request.body.find("grant_type=refresh_token"), std::string::npos);
  EXPECT_FALSE(request.headers.get("Authorization"));
}

TEST_F(Auth, AsksByGetWhereIdentityTokensCannotBeTraded) {
  FakeCredentials identity({{"r.example", {"", "", "refresh"}}});
  for (const int status : {401, 404, 405}) {
    Client refreshing(transport, identity, {.clock = &clock});
    guarded.trade_status = status;
    EXPECT_TRUE(refreshing.has_blob(repository(), some_digest));
    const auto request = token_requests().back();
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.headers.get("Authorization"), "Basic " + text::base64_encode(":refresh"));
  }
}

// As Docker, BuildKit and crane do with a "registrytoken" of config.json.
TEST_F(Auth, SendsATokenThatItWasGiven) {
  FakeCredentials given({{"r.example", {"me", "password", "refresh", "token-0"}}});
  Client holder(transport, given, {.clock = &clock});
  EXPECT_TRUE(holder.has_blob(repository(), some_digest));
  EXPECT_TRUE(token_requests().empty());
  guarded.deny = true;
  EXPECT_THROW(holder.has_blob(repository(), some_digest), Error);
  EXPECT_TRUE(token_requests().empty());
}

TEST_F(Auth, AsksForTheCredentialsOfTheRepository) {
  struct Asked final : CredentialStore {
    std::optional<Credentials> find(const std::string& name) override {
      names.push_back(name);
      return std::nullopt;
    }
    std::vector<std::string> names;
  } asked;
  Client(transport, asked, {.clock = &clock}).has_blob(repository(), some_digest);
  EXPECT_EQ(asked.names, std::vector<std::string>{"r.example/app"});
}

TEST_F(Auth, OneTokenServesAWholeMount) {
  guarded.on_request = [](const http::Request& request) -> http::Response {
    if (request.method == "HEAD") return {404};
    if (request.method == "POST") return {202, {{"Location", "/u"}}};
    return {201};
  };
  client.push_blob(repository(), Digest::sha256("x"), testing::source_of("x"), testing::repository("r.example/base"));
  ASSERT_EQ(token_requests().size(), 1U);
  const auto url = token_requests().at(0).url;
  EXPECT_NE(url.find("scope=repository%3Aapp%3Apull%2Cpush&scope=repository%3Abase%3Apull"), std::string::npos) << url;
}

TEST(BasicAuth, IsSentAfterTheChallengeAndFromThenOn) {
  const auto expected = "Basic " + text::base64_encode("me:password");
  FakeTransport transport([&](const http::Request& request) -> http::Response {
    if (request.headers.get("Authorization") == expected) return {200, {}, ""};
    return {401, {{"www-authenticate", "Basic realm=\"r\""}}, ""};
  });
  FakeCredentials credentials({{"r.example", {"me", "password", ""}}});
  Client client(transport, credentials, {});
  client.has_blob(repository(), some_digest);
  client.has_blob(repository(), some_digest);
  EXPECT_EQ(transport.requests().size(), 3U);
  EXPECT_EQ(credentials.asked, 1);
  FakeCredentials none;
  Client anonymous(transport, none, {});
  EXPECT_THROW(anonymous.has_blob(repository(), some_digest), Error);
}

TEST(Endpoints, ChooseHostAndScheme) {
  struct Row {
    const char* repository;
    const char* origin;
  };
  for (const auto& row : std::initializer_list<Row>{{"docker.io/library/alpine", "https://registry-1.docker.io/"},
                                                    {"r.example/app", "https://r.example/"},
                                                    {"r.example:5000/app", "https://r.example:5000/"},
                                                    {"plain.example:5000/app", "http://plain.example:5000/"},
                                                    {"anyport.example:7/app", "http://anyport.example:7/"},
                                                    {"localhost:5000/app", "http://localhost:5000/"},
                                                    {"127.0.0.1:443/app", "https://127.0.0.1/"}}) {
    FakeTransport transport([](const http::Request&) { return http::Response{404, {}, ""}; });
    FakeCredentials credentials;
    Client client(transport, credentials, {.insecure_registries = {"plain.example:5000", "anyport.example"}});
    client.has_blob(repository(row.repository), some_digest);
    EXPECT_TRUE(transport.requests().at(0).url.starts_with(row.origin)) << transport.requests().at(0).url;
  }
}

TEST(Endpoints, TurnALoopbackRegistryToTlsWhenItAsksForIt) {
  FakeTransport transport([](const http::Request& request) {
    return http::Response{request.url.starts_with("https:") ? 200 : 400, {}, ""};
  });
  FakeCredentials credentials;
  Client client(transport, credentials, {});
  EXPECT_TRUE(client.has_blob(repository("localhost:5000/app"), some_digest));
  EXPECT_TRUE(client.has_blob(repository("localhost:5000/app"), some_digest));
  EXPECT_EQ(transport.requests().size(), 4U);
}

}  // namespace
}  // namespace polyarch::registry
