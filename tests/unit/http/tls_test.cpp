#include <gtest/gtest.h>

#include "base/error.hpp"
#include "http/certificates.hpp"
#include "http/transport.hpp"
#include "sys/files.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/tls_server.hpp"

namespace polyarch::http {
namespace {

using testing::Identity;
using testing::TlsServer;

struct Tls : ::testing::Test {
  // A transport that trusts `identity` alone.
  std::unique_ptr<Transport> trusting(const Identity& identity,
                                      std::map<std::string, std::string, std::less<>> environment = {}) {
    const auto file = (directory.path() / "ca.pem").string();
    identity.write(file);
    environment["SSL_CERT_FILE"] = file;
    TransportOptions options;
    options.environment = sys::fixed_environment(std::move(environment));
    return make_transport(options);
  }
  Response get(Transport& transport, const std::string& url) {
    Request request;
    request.url = url;
    request.headers.set("Authorization", "Bearer for-the-registry");
    return transport.send(request);
  }
  Error failure(Transport& transport, const std::string& url) {
    try {
      get(transport, url);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error";
    return {ErrorKind::failed, ""};
  }
  sys::TemporaryDirectory directory;
  Identity own{"IP:127.0.0.1"};
};

std::string url_of(int port, const std::string& host = "127.0.0.1") {
  return fmt::format("https://{}:{}/v2/", host, port);
}

TEST_F(Tls, TrustsANamedAuthority) {
  TlsServer server(own, false);
  EXPECT_EQ(get(*trusting(own), url_of(server.port())).body, "secret");
  const auto file = directory.path() / "extra.pem";
  own.write(file);
  TransportOptions options;
  options.ca_files = {file.string()};
  EXPECT_EQ(get(*make_transport(options), url_of(server.port())).body, "secret");
}

TEST_F(Tls, RefusesAnUnknownAuthority) {
  TlsServer server(own, false);
  const auto error = failure(*trusting(Identity("IP:127.0.0.1")), url_of(server.port()));
  EXPECT_EQ(error.kind(), ErrorKind::network);
  EXPECT_FALSE(error.retryable());
  EXPECT_NE(error.message().find("not trusted"), std::string::npos) << error.message();
  EXPECT_NE(error.hint().find("SSL_CERT_FILE"), std::string::npos);
  EXPECT_TRUE(server.heads().empty());
}

TEST_F(Tls, RefusesAnotherName) {
  for (const auto* name : {"DNS:other.example", "DNS:127.0.0.1", "IP:127.0.0.2"}) {
    const Identity other(name);
    TlsServer server(other, false);
    EXPECT_FALSE(failure(*trusting(other), url_of(server.port())).retryable()) << name;
    EXPECT_FALSE(failure(*trusting(other), url_of(server.port(), "localhost")).retryable()) << name;
    EXPECT_TRUE(server.heads().empty()) << name;
  }
}

TEST_F(Tls, SaysWhenTheServerSpeaksPlainHttp) {
  testing::Listener listener;
  std::thread plain([&] {
    const int peer = listener.accept_one();
    const std::string answer = "HTTP/1.0 400 Bad Request\r\n\r\n";
    send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
    close(peer);
  });
  const auto error = failure(*trusting(own), url_of(listener.port()));
  plain.join();
  EXPECT_FALSE(error.retryable());
  EXPECT_NE(error.hint().find("--insecure-registry"), std::string::npos) << error.message();
}

TEST_F(Tls, SaysWhenACertificateFileIsNone) {
  TransportOptions options;
  options.ca_files = {"/nonexistent/ca.pem"};
  EXPECT_EQ(failure(*make_transport(options), "https://127.0.0.1:9/").kind(), ErrorKind::input);
}

TEST_F(Tls, FindsCertificatesOfAHost) {
  TlsServer server(own, false);
  const Identity client("DNS:client");
  TransportOptions options;
  options.certificate_roots = {directory.path() / "none", directory.path() / "certs.d", directory.path() / "late"};
  const auto place = directory.path() / "certs.d" / fmt::format("127.0.0.1:{}", server.port());
  std::filesystem::create_directories(place);
  EXPECT_FALSE(failure(*make_transport(options), url_of(server.port())).retryable());
  own.write(place / "ca.crt");
  EXPECT_EQ(get(*make_transport(options), url_of(server.port())).body, "secret");
  server.admit_only(client);
  EXPECT_EQ(failure(*make_transport(options), url_of(server.port())).kind(), ErrorKind::network);
  client.write(place / "client.cert");
  EXPECT_EQ(failure(*make_transport(options), url_of(server.port())).kind(), ErrorKind::input);
  own.write_key(place / "client.key");
  EXPECT_EQ(failure(*make_transport(options), url_of(server.port())).kind(), ErrorKind::input);
  client.write_key(place / "client.key");
  EXPECT_EQ(get(*make_transport(options), url_of(server.port())).body, "secret");
}

TEST_F(Tls, CertificatesOfOneHostAreForNoOther) {
  TlsServer server(own, false);
  for (const auto* name : {"127.0.0.1", "127.0.0.1:1", "localhost"}) {
    std::filesystem::create_directories(directory.path() / name);
    own.write(directory.path() / name / "ca.crt");
  }
  TransportOptions options;
  options.certificate_roots = {directory.path()};
  EXPECT_NE(failure(*make_transport(options), url_of(server.port())).message().find("not trusted"), std::string::npos);
}

TEST(CertificateRoots, BeginWithTheUsers) {
  const auto roots = certificate_roots(sys::fixed_environment({{"HOME", "/h"}}));
  ASSERT_EQ(roots.size(), 4U);
  EXPECT_EQ(roots[0], "/h/.config/containers/certs.d");
  EXPECT_EQ(roots[3], "/etc/docker/certs.d");
  EXPECT_EQ(certificate_roots(sys::fixed_environment({})).size(), 2U);
}

TEST_F(Tls, GoesThroughAProxysTunnelWithoutItsCredentials) {
  const Identity registry("DNS:r.example");
  TlsServer proxy(registry, true);
  const auto transport =
      trusting(registry, {{"HTTPS_PROXY", fmt::format("http://me:proxy-password@127.0.0.1:{}", proxy.port())}});
  EXPECT_EQ(get(*transport, "https://r.example/v2/").body, "secret");
  const auto heads = proxy.heads();
  ASSERT_EQ(heads.size(), 2U);
  EXPECT_TRUE(heads[0].starts_with("CONNECT r.example:443 HTTP/1.1\r\n")) << heads[0];
  EXPECT_NE(heads[0].find("Proxy-Authorization: Basic"), std::string::npos);
  EXPECT_EQ(heads[0].find("for-the-registry"), std::string::npos);
  EXPECT_TRUE(heads[1].starts_with("GET /v2/ HTTP/1.1\r\n"));
  EXPECT_EQ(heads[1].find("Proxy-Authorization"), std::string::npos) << heads[1];
}

TEST(ProxiedTransport, SendsPlainRequestsToTheProxy) {
  testing::ScriptedServer proxy({testing::reply(200, "", "by proxy")});
  TransportOptions options;
  options.environment = sys::fixed_environment({{"HTTP_PROXY", proxy.url()}});
  Request request;
  request.url = "http://r.example/v2/?a=b";
  EXPECT_EQ(make_transport(options)->send(request).body, "by proxy");
  const auto seen = proxy.seen().at(0);
  EXPECT_TRUE(seen.line().starts_with("GET http://r.example:80/v2/?a=b ")) << seen.line();
  EXPECT_TRUE(seen.has("Host: r.example\r\n"));
}

TEST(ProxiedTransport, SaysWhenTheProxyRefuses) {
  for (const int status : {407, 502}) {
    testing::ScriptedServer proxy({testing::reply(status)});
    TransportOptions options;
    options.environment = sys::fixed_environment({{"HTTPS_PROXY", proxy.url()}});
    Request request;
    request.url = "https://r.example/v2/";
    try {
      make_transport(options)->send(request);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::network);
      EXPECT_EQ(error.retryable(), status == 502);
      EXPECT_NE(error.message().find(std::to_string(status)), std::string::npos) << error.message();
    }
  }
}

}  // namespace
}  // namespace polyarch::http
