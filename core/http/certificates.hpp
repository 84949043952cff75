#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "http/url.hpp"
#include "sys/environment.hpp"

namespace polyarch::http {

// What stands in the directory HOST[:PORT] of a certs.d, as Docker and Podman read it.
struct Certificates {
  std::vector<std::string> authorities;                       // NAME.crt: trusted for this host, besides the others
  std::vector<std::pair<std::string, std::string>> identity;  // NAME.cert and NAME.key: the client's own, at most one
};

// The certs.d directories of this machine and user, the user's first.
std::vector<std::filesystem::path> certificate_roots(const sys::Environment& environment);

// From the first root that has a directory for the host of `url`. Throws Error{input} when a certificate lacks its key.
Certificates find_certificates(const std::vector<std::filesystem::path>& roots, const Url& url);

}  // namespace polyarch::http
