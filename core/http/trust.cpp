#include "http/trust.hpp"

#include <array>
#include <filesystem>
#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
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

void set_up(SSL_CTX* context, const Tls& tls, const std::string& host) {
  SSL_CTX_set1_cert_store(context, tls.trust.get());
  X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
  if (!is_address && X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0) != 1) {
    throw Error(ErrorKind::failed, fmt::format("the crypto library refused the host name {}", host));
  }
  for (const auto& [certificate, key] : tls.certificates.identity) {
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(context) == 1) {
      continue;
    }
    ERR_clear_error();
    throw Error(ErrorKind::input, fmt::format("{} and {} are not a readable pair", certificate, key),
                "give a PEM certificate and its PEM key without a passphrase");
  }
}

Tls TlsFiles::of(const Url& url) {
  const std::lock_guard lock(mutex_);
  const auto known = by_origin_.find(url.origin());
  if (known != by_origin_.end()) return known->second;
  Tls tls{nullptr, find_certificates(roots_, url)};
  if (tls.certificates.authorities.empty()) {
    if (!common_) common_ = load_trust(ca_files_, environment_);
    tls.trust = common_;
  } else {
    auto files = ca_files_;
    files.insert(files.end(), tls.certificates.authorities.begin(), tls.certificates.authorities.end());
    tls.trust = load_trust(files, environment_);
  }
  return by_origin_[url.origin()] = tls;
}

}  // namespace polyarch::http
