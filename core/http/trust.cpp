#include "http/trust.hpp"

#include <array>
#include <filesystem>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <string_view>

#include "base/error.hpp"

namespace polyarch::http {
namespace {

constexpr std::array<const char*, 4> system_bundles{
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

void load(X509_STORE* store, const std::string& file) {
  if (X509_STORE_load_file(store, file.c_str()) == 1) return;
  ERR_clear_error();
  throw Error(ErrorKind::input, fmt::format("no certificate of an authority could be read from {}", file),
              "give a readable file of PEM certificates, or leave the option and SSL_CERT_FILE unset");
}

void load_system(X509_STORE* store) {
  for (const char* bundle : system_bundles) {
    std::error_code unreadable;
    if (std::filesystem::exists(bundle, unreadable)) return load(store, bundle);
  }
}

}  // namespace

std::shared_ptr<X509_STORE> load_trust(const std::vector<std::string>& ca_files, const sys::Environment& environment) {
  std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
  if (!store) throw Error(ErrorKind::failed, "the crypto library refused to make a certificate store");
  const auto named = environment ? environment("SSL_CERT_FILE") : std::nullopt;
  named ? load(store.get(), *named) : load_system(store.get());
  for (const auto& file : ca_files) load(store.get(), file);
  return store;
}

}  // namespace polyarch::http
