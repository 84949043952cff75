#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "connection.hpp"
#include "server/registry.hpp"
#include "unit/http/tls_server.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;
using polyarch::testing::Identity;

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    identity.write(files.certificate);
    write_key(files.key, identity);
  }

  static void write_key(const fs::path& path, const Identity& of, const char* passphrase = nullptr) {
    FILE* file = fopen(path.c_str(), "w");
    PEM_write_PrivateKey(file, of.key(), passphrase != nullptr ? EVP_aes_128_cbc() : nullptr, nullptr, 0, nullptr,
                         const_cast<char*>(passphrase));
    fclose(file);
  }

  std::string refusal(const TlsFiles& of) {
    try {
      make_tls_context(of);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_FALSE(error.hint().empty());
      return error.message();
    }
    return "";
  }

  sys::TemporaryDirectory directory;
  Identity identity{"IP:127.0.0.1"};
  TlsFiles files{directory.path() / "cert.pem", directory.path() / "key.pem"};
};

// What the server answers, up to `end`; nothing when `authority` does not vouch for it.
std::string ask(int port, const fs::path& authority, const std::string& request, const std::string& end) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_load_verify_file(context.get(), authority.c_str());
  std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()), BIO_free_all);
  BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  BIO_write(bio.get(), request.data(), static_cast<int>(request.size()));
  std::string answer;
  std::vector<char> buffer(64U << 10);
  while (!answer.ends_with(end)) {
    const int got = BIO_read(bio.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (got <= 0) break;
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return answer;
}

TEST_F(TlsTest, ServesHttps) {
  Registry registry({.directory = directory.path() / "store", .tls = files});
  std::thread thread([&] { registry.serve(); });
  const auto asked = [&](const std::string& line, const std::string& end, const std::string& body = "") {
    return ask(
        registry.port(), files.certificate,
        line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
        end);
  };
  const auto blob = std::string(3'000'000, 'x') + "end";
  const auto digest = Digest::sha256(blob).str();
  EXPECT_THAT(asked("POST /v2/r/blobs/uploads/?digest=" + digest, "\r\n\r\n", blob), ::testing::HasSubstr(" 201 "));
  const auto pulled = asked("GET /v2/r/blobs/" + digest, "end");
  EXPECT_TRUE(pulled.ends_with("\r\n\r\n" + blob)) << pulled.substr(0, 300);
  const auto two =
      ask(registry.port(), files.certificate, "GET /v2/ HTTP/1.1\r\n\r\nGET /v2/r/tags/list HTTP/1.1\r\n\r\n", "[]}");
  EXPECT_THAT(two, ::testing::HasSubstr("[]}")) << "the second came with the first";
  EXPECT_EQ(ask(registry.port(), files.key, "GET /v2/ HTTP/1.1\r\n\r\n", "}"), "") << "nobody vouches for it";
  const auto plain = Connection(registry.port()).request("GET /v2/");
  EXPECT_EQ(plain.status, 400);
  EXPECT_EQ(plain.body, "this registry speaks https\n");
  registry.stop();
  thread.join();
}

TEST_F(TlsTest, NamesTheFileThatIsWrong) {
  const auto other = directory.path() / "other.pem";
  std::ofstream(other) << "no certificate";
  EXPECT_THAT(refusal({other, files.key}), ::testing::StartsWith(other.string() + ": cannot be read as a certificate"));
  EXPECT_THAT(refusal({directory.path() / "none", files.key}), ::testing::HasSubstr("none: cannot be read"));
  EXPECT_THAT(refusal({files.certificate, other}), ::testing::StartsWith(other.string() + ": cannot be read as the"));
  write_key(other, Identity("IP:127.0.0.1"));
  EXPECT_THAT(refusal({files.certificate, other}), ::testing::HasSubstr("mismatch")) << "of another certificate";
  write_key(other, identity, "secret");
  EXPECT_NE(refusal({files.certificate, other}), "") << "nobody is there to type the passphrase";
  EXPECT_EQ(refusal(files), "");
}

}  // namespace
}  // namespace polyarch::server
