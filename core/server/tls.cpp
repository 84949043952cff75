#include "server/tls.hpp"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/error.hpp"

namespace polyarch::server {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view what, std::string hint) {
  const auto code = ::ERR_peek_last_error();
  const char* reason = ::ERR_reason_error_string(code);
  ::ERR_clear_error();
  throw Error(
      ErrorKind::input,
      fmt::format("{}: {}{}{}", file.string(), what, reason != nullptr ? ": " : "", reason != nullptr ? reason : ""),
      std::move(hint));
}

// Nobody is there to type it.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

}  // namespace

TlsContext make_tls_context(const TlsFiles& files) {
  TlsContext context(::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free);
  if (!context) throw Error(ErrorKind::failed, "the crypto library refused to set up TLS");
  ::ERR_clear_error();
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  ::SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  if (::SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    refuse(files.certificate, "cannot be read as a certificate", "name a PEM file with the certificate and its chain");
  }
  if (::SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    refuse(files.key, "cannot be read as the certificate's key",
           "name a PEM file with the private key of that certificate, without a passphrase");
  }
  return context;
}

}  // namespace polyarch::server
