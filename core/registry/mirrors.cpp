#include "registry/mirrors.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace polyarch::registry {

Mirror Mirror::parse(std::string_view text) {
  const auto pair = text::cut(text::trim(text), '=');
  if (!pair || pair->first.empty() || pair->second.empty()) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is not a mirror", text::printable(text)),
                "write REGISTRY=HOST[:PORT][/PREFIX], such as docker.io=mirror.example/hub");
  }
  const auto slash = pair->second.find('/');
  Mirror out{std::string(pair->first), std::string(pair->second.substr(0, slash)), ""};
  if (slash != std::string_view::npos) out.prefix = pair->second.substr(slash + 1);
  while (out.prefix.ends_with('/')) out.prefix.pop_back();
  oci::Repository::parse(fmt::format("{}/{}", out.registry, out.prefix.empty() ? "x" : out.prefix));
  return out;
}

std::optional<oci::Repository> Mirror::place(const oci::Repository& repository) const {
  if (repository.registry != of) return std::nullopt;
  auto out = repository;
  out.registry = registry;
  if (!prefix.empty()) out.path = fmt::format("{}/{}", prefix, repository.path);
  return out;
}

}  // namespace polyarch::registry
