#pragma once
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace polyarch::oci {

// A repository on a registry. "docker.io" and "library/" are filled in as Docker does it.
struct Repository {
  std::string registry;  // host[:port]; "docker.io" for Docker Hub
  std::string path;      // "library/alpine"

  // "ghcr.io/acme/app", "alpine", "localhost:5000/a/b". Throws Error{usage} on a malformed name or one with tag or
  // digest.
  static Repository parse(std::string_view text);
  std::string str() const { return registry + "/" + path; }
  auto operator<=>(const Repository&) const = default;
};

// What names a manifest (OCI distribution-spec, "Pulling manifests"): a repository and a tag, a digest, or both, where
// the digest wins. "latest" is filled in when neither is given.
struct Reference {
  Repository repository;
  std::optional<std::string> tag;
  std::optional<Digest> digest;

  static Reference parse(std::string_view text);  // throws Error{usage}
  static bool valid_tag(std::string_view text);
  // The part after the repository in a manifest URL: the digest, else the tag.
  std::string identifier() const { return digest ? digest->str() : tag.value_or("latest"); }
  std::string str() const;
  Reference with(const Digest& other) const { return {repository, std::nullopt, other}; }
  auto operator<=>(const Reference&) const = default;
};

}  // namespace polyarch::oci
