#pragma once
#include <filesystem>
#include <functional>
#include <memory>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace polyarch::server {

// Both in PEM. The certificate's chain follows it in its file.
struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

using TlsContext = std::unique_ptr<ssl_ctx_st, std::function<void(ssl_ctx_st*)>>;

// For TLS 1.2 and later. Throws Error{input} with the file's name when they cannot be read, do not belong together, or
// the key wants a passphrase.
TlsContext make_tls_context(const TlsFiles& files);

}  // namespace polyarch::server
