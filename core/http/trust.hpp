#pragma once
#include <memory>
#include <openssl/types.h>
#include <string>
#include <vector>

#include "sys/environment.hpp"

namespace polyarch::http {

// The certificate authorities that servers are checked against: SSL_CERT_FILE, else the system's bundle where the known
// distributions keep it (a static OpenSSL knows only the place where it was built), and `ca_files`.
// Throws Error{input} when a named file holds no certificate.
std::shared_ptr<X509_STORE> load_trust(const std::vector<std::string>& ca_files, const sys::Environment& environment);

}  // namespace polyarch::http
