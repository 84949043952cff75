#include "http/proxy.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace polyarch::http {
namespace {

std::optional<Proxy> choose(const std::string& url, std::map<std::string, std::string, std::less<>> environment) {
  return choose_proxy(*Url::parse(url), sys::fixed_environment(std::move(environment)));
}

TEST(Proxy, IsChosenByScheme) {
  const auto secure =
      choose("https://r.example/", {{"HTTPS_PROXY", "http://p.example:3128"}, {"HTTP_PROXY", "other:1"}});
  ASSERT_TRUE(secure);
  EXPECT_EQ(secure->host, "p.example");
  EXPECT_EQ(secure->port, 3128);
  EXPECT_FALSE(choose("http://r.example/", {{"HTTPS_PROXY", "http://p.example:3128"}}));
  EXPECT_EQ(choose("http://r.example/", {{"http_proxy", "p.example"}})->port, 80);
  EXPECT_FALSE(choose_proxy(*Url::parse("https://r.example/"), nullptr));
}

TEST(Proxy, TakesItsUserFromTheUrl) {
  const auto proxy = choose("https://r.example/", {{"HTTPS_PROXY", "http://me:p%40ss@p.example:3128/"}});
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->host, "p.example");
  EXPECT_EQ(proxy->username, "me");
  EXPECT_EQ(proxy->password, "p@ss");
}

TEST(Proxy, IsNeverUsedForLoopback) {
  for (const auto* url : {"http://localhost:5000/", "http://127.0.0.1:5000/", "http://[::1]:5000/"}) {
    EXPECT_FALSE(choose(url, {{"HTTP_PROXY", "http://p.example"}})) << url;
  }
}

TEST(Proxy, RefusesOtherKindsWithoutShowingThePassword) {
  for (const auto* value : {"https://p.example", "socks5://me:secret@p.example", "http://p.example:x"}) {
    try {
      choose("https://r.example/", {{"HTTPS_PROXY", value}});
      FAIL() << value;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_EQ(error.message().find("secret"), std::string::npos) << error.message();
    }
  }
}

TEST(NoProxy, Matches) {
  struct Row {
    const char* url;
    const char* list;
    bool bypassed;
  };
  for (const auto& row : std::initializer_list<Row>{
           {"https://r.example/", "*", true},
           {"https://r.example/", "r.example", true},
           {"https://a.r.example/", "r.example", true},
           {"https://bar.example/", "r.example", false},
           {"https://a.r.example/", ".r.example", true},
           {"https://r.example/", ".r.example", true},
           {"https://a.r.example/", "*.r.example", true},
           {"https://r.example:8443/", "r.example:8443", true},
           {"https://r.example/", "r.example:8443", false},
           {"https://r.example/", "x, R.Example ,y", true},
           {"https://10.1.2.3/", "10.0.0.0/8", true},
           {"https://11.1.2.3/", "10.0.0.0/8", false},
           {"https://10.1.2.3/", "10.1.2.3", true},
           {"https://10.1.2.3/", "10.1.2.2/31", true},
           {"https://10.1.2.3/", "10.1.2.0/33", false},
           {"https://[fd00::5]/", "fd00::/8", true},
           {"https://[fd00::5]/", "10.0.0.0/8", false},
           {"https://[fd00::5]/", "fd00:0::5", true},
           {"https://r.example/", "", false},
           {"https://r.example/", "/,:,.x,10.0.0.0/", false},
       }) {
    EXPECT_EQ(bypasses_proxy(*Url::parse(row.url), row.list), row.bypassed) << row.url << " by " << row.list;
  }
}

}  // namespace
}  // namespace polyarch::http
