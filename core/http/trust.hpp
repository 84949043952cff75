#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <openssl/types.h>
#include <string>
#include <vector>

#include "http/certificates.hpp"
#include "http/url.hpp"
#include "sys/environment.hpp"

namespace polyarch::http {

// The certificate authorities that servers are checked against: SSL_CERT_FILE, else the system's bundle where the known
// distributions keep it (a static OpenSSL knows only the place where it was built), and `ca_files`.
// Throws Error{input} when a named file holds no certificate.
std::shared_ptr<X509_STORE> load_trust(const std::vector<std::string>& ca_files, const sys::Environment& environment);

// What TLS with one origin stands on.
struct Tls {
  std::shared_ptr<X509_STORE> trust;
  Certificates certificates;
};

// Makes `context` check chain and name of a server called `host` during the handshake, and show the client's own
// certificate where there is one. Throws Error{input} when that cannot be read.
void set_up(SSL_CTX* context, const Tls& tls, const std::string& host);

// Reads the certificates when they are first needed, and once. Safe for several threads.
class TlsFiles {
 public:
  TlsFiles(std::vector<std::string> ca_files, std::vector<std::filesystem::path> roots, sys::Environment environment)
      : ca_files_(std::move(ca_files)), roots_(std::move(roots)), environment_(std::move(environment)) {}

  Tls of(const Url& url);

 private:
  std::vector<std::string> ca_files_;
  std::vector<std::filesystem::path> roots_;
  sys::Environment environment_;
  std::mutex mutex_;
  std::shared_ptr<X509_STORE> common_;
  std::map<std::string, Tls> by_origin_;
};

}  // namespace polyarch::http
