#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/http/fake_transport.hpp"

namespace polyarch::http {
namespace {

using testing::FakeTransport;
using Leads = std::map<std::string, std::string>;

// Follows redirects through a map from URL to where it leads; what leads nowhere is 200.
struct Followed {
  explicit Followed(Leads leads, int code = 307) {
    auto inner = std::make_unique<FakeTransport>([leads = std::move(leads), code](const Request& request) {
      const auto found = leads.find(request.url);
      if (found == leads.end()) return Response{200, {}, "end"};
      return Response{code, {{"location", found->second}}, ""};
    });
    fake = inner.get();
    transport = with_redirects(std::move(inner));
  }
  Response get(const std::string& url, const std::string& method = "GET") {
    Request request;
    request.method = method;
    request.url = url;
    request.headers.set("Authorization", "Bearer x");
    request.headers.set("Accept", "a/b");
    return transport->send(request);
  }
  FakeTransport* fake = nullptr;
  std::unique_ptr<Transport> transport;
};

TEST(Redirects, KeepCredentialsOnTheSameOrigin) {
  for (const int code : {301, 302, 303, 307, 308}) {
    Followed followed(Leads{{"https://r.example/a", "/b"}}, code);
    EXPECT_EQ(followed.get("https://r.example/a").body, "end");
    EXPECT_EQ(followed.fake->requests().back().url, "https://r.example/b");
    EXPECT_EQ(followed.fake->requests().back().headers.get("authorization"), "Bearer x");
  }
}

TEST(Redirects, DropCredentialsOnAnyOtherOrigin) {
  for (const auto* there : {"https://cdn.example/b", "https://r.example:8443/b", "https://a.r.example/b"}) {
    Followed followed(Leads{{"https://r.example/a", there}});
    EXPECT_EQ(followed.get("https://r.example/a").body, "end");
    const auto last = followed.fake->requests().back();
    EXPECT_FALSE(last.headers.get("Authorization")) << there;
    EXPECT_EQ(last.headers.get("Accept"), "a/b");
  }
}

TEST(Redirects, DoNotGiveCredentialsBackAfterADetour) {
  Followed followed(
      {{"https://r.example/a", "https://evil.example/"}, {"https://evil.example/", "https://r.example/b"}});
  EXPECT_EQ(followed.get("https://r.example/a").body, "end");
  EXPECT_FALSE(followed.fake->requests().back().headers.get("Authorization"));
}

TEST(Redirects, NeverLeaveHttps) {
  Followed followed(Leads{{"https://r.example/a", "http://r.example/a"}});
  try {
    followed.get("https://r.example/a");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::network);
    EXPECT_FALSE(error.retryable());
  }
  EXPECT_EQ(followed.fake->requests().size(), 1U);
}

TEST(Redirects, EndAfterFive) {
  Followed followed(Leads{{"https://r.example/a", "/a"}});
  EXPECT_THROW(followed.get("https://r.example/a"), Error);
  EXPECT_EQ(followed.fake->requests().size(), 6U);
}

TEST(Redirects, RefuseWhatIsNoUrl) {
  for (const auto* there : {"ftp://r.example/", "http://", "/a b", "https://u:p@r.example/"}) {
    Followed followed(Leads{{"https://r.example/a", there}});
    EXPECT_THROW(followed.get("https://r.example/a"), Error) << there;
  }
}

TEST(Redirects, OfWritesAreFollowedWhereTheyKeepTheMethod) {
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    for (const int code : {307, 308}) {
      Followed followed(Leads{{"https://r.example/a", "/b"}}, code);
      EXPECT_EQ(followed.get("https://r.example/a", method).body, "end") << method;
      EXPECT_EQ(followed.fake->requests().back().method, method);
      EXPECT_EQ(followed.fake->requests().back().headers.get("Authorization"), "Bearer x");
    }
    for (const int code : {301, 302, 303}) {
      Followed followed(Leads{{"https://r.example/a", "/b"}}, code);
      EXPECT_EQ(followed.get("https://r.example/a", method).status, code) << method;
    }
  }
}

TEST(Redirects, OfWritesStayWithTheOrigin) {
  for (const auto* there : {"https://evil.example/b", "http://r.example/b", "https://r.example:8443/b", "/a b"}) {
    Followed followed(Leads{{"https://r.example/a", there}});
    EXPECT_EQ(followed.get("https://r.example/a", "POST").status, 307) << there;
    EXPECT_EQ(followed.fake->requests().size(), 1U);
  }
}

}  // namespace
}  // namespace polyarch::http
