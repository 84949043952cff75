#include "http/url.hpp"

#include <gtest/gtest.h>

namespace polyarch::http {
namespace {

TEST(Url, ParsesWhatARegistrySends) {
  struct Row {
    const char* text;
    const char* origin;
    const char* target;
  };
  for (const auto& row : std::initializer_list<Row>{
           {"https://Registry.Example/v2/", "https://registry.example", "/v2/"},
           {"http://localhost:5000", "http://localhost:5000", "/"},
           {"https://r.example:443/a?b=c#frag", "https://r.example", "/a?b=c"},
           {"http://r.example:80?x=/y", "http://r.example", "/?x=/y"},
           {"HTTPS://[::1]:5000/v2/", "https://[::1]:5000", "/v2/"},
           {"https://r.example:/a", "https://r.example", "/a"},
       }) {
    const auto url = Url::parse(row.text);
    ASSERT_TRUE(url) << row.text;
    EXPECT_EQ(url->origin(), row.origin) << row.text;
    EXPECT_EQ(url->target, row.target) << row.text;
  }
}

TEST(Url, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "r.example/v2", "ftp://r.example/", "https://", "https:///v2", "http://user:pw@r.example/",
        "http://r.example:0/", "http://r.example:65536/", "http://r.example:5x/", "http://r example/",
        "http://r.example/a b", "http://r.example/a\r\nX: y", "http://[::1/", "http://[host]/", "http://[::1]x/",
        "http://r.example/\xc3\xa9", "http://ho*st/"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
  EXPECT_FALSE(Url::parse("http://r.example/" + std::string(20'000, 'a')));
}

TEST(Url, ResolvesReferencesAsRfc3986) {
  const auto base = *Url::parse("https://r.example:8443/v2/app/blobs/uploads/?a=b");
  struct Row {
    const char* reference;
    const char* meaning;
  };
  for (const auto& row : std::initializer_list<Row>{
           {"/v2/x?state=1", "https://r.example:8443/v2/x?state=1"},
           {"uuid", "https://r.example:8443/v2/app/blobs/uploads/uuid"},
           {"../../x", "https://r.example:8443/v2/app/x"},
           {"/../../x", "https://r.example:8443/x"},
           {"?n=2", "https://r.example:8443/v2/app/blobs/uploads/?n=2"},
           {"//cdn.example/y", "https://cdn.example/y"},
           {"http://cdn.example/y", "http://cdn.example/y"},
           {"/v2/x?next=http://y", "https://r.example:8443/v2/x?next=http://y"},
           {"", "https://r.example:8443/v2/app/blobs/uploads/?a=b"},
           {".", "https://r.example:8443/v2/app/blobs/uploads/"},
       }) {
    const auto url = base.resolve(row.reference);
    ASSERT_TRUE(url) << row.reference;
    EXPECT_EQ(url->str(), row.meaning) << row.reference;
  }
  EXPECT_FALSE(base.resolve("file:///etc/passwd"));
  EXPECT_FALSE(base.resolve("/a b"));
}

TEST(Url, AddsQueriesEncoded) {
  auto url = *Url::parse("http://r.example/u?_state=x");
  url.add_query("digest", "sha256:ab/+&");
  EXPECT_EQ(url.target, "/u?_state=x&digest=sha256%3Aab%2F%2B%26");
}

TEST(Url, KnowsLoopback) {
  for (const auto* host : {"localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1"}) EXPECT_TRUE(is_loopback(host));
  for (const auto* host : {"127.evil.example", "localhost.example", "128.0.0.1", "::2", "127.0.0.1.example"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  EXPECT_EQ(percent_decode("a%20b%2F"), "a b/");
  for (const auto* text : {"%", "%2", "%zz", "a%"}) EXPECT_FALSE(percent_decode(text)) << text;
}

}  // namespace
}  // namespace polyarch::http
