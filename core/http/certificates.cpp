#include "http/certificates.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"

namespace polyarch::http {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(directory, unreadable)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

Certificates read_directory(const fs::path& directory) {
  Certificates found;
  for (const auto& file : files_in(directory)) {
    if (file.extension() == ".crt") found.authorities.push_back(file);
    if (file.extension() != ".cert" || !found.identity.empty()) continue;
    const auto key = fs::path(file).replace_extension(".key");
    std::error_code unreadable;
    if (!fs::exists(key, unreadable)) {
      throw Error(ErrorKind::input, fmt::format("{} has no key {} beside it", file.string(), key.filename().string()),
                  "an authority's certificate is named NAME.crt, a client's NAME.cert with its NAME.key");
    }
    found.identity.emplace_back(file, key);
  }
  return found;
}

}  // namespace

std::vector<fs::path> certificate_roots(const sys::Environment& environment) {
  std::vector<fs::path> roots;
  const auto home = environment ? environment("HOME") : std::nullopt;
  for (const char* engine : {"containers", "docker"}) {
    if (home) roots.push_back(fs::path(*home) / ".config" / engine / "certs.d");
  }
  for (const char* engine : {"containers", "docker"}) roots.push_back(fs::path("/etc") / engine / "certs.d");
  return roots;
}

Certificates find_certificates(const std::vector<fs::path>& roots, const Url& url) {
  if (url.host.starts_with('.')) return {};  // no name of a host, but of a directory
  for (const auto& root : roots) {
    for (const auto& name : {url.authority(), fmt::format("{}:{}", url.host, url.port)}) {
      std::error_code unreadable;
      if (fs::is_directory(root / name, unreadable)) return read_directory(root / name);
    }
  }
  return {};
}

}  // namespace polyarch::http
