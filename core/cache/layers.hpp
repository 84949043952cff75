#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "oci/manifest.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"

// The layer cache in a registry: which refs a build reads and writes. Pure; BuildKit's own exporter does the work.
namespace polyarch::cache {

struct LayerScope {
  std::string scope;                   // where we write: the branch
  std::vector<std::string> fallbacks;  // read after it: base branch, default branch
  bool read_only = false;
};

// From what is known of the branches; an unknown branch is "main" to itself.
LayerScope layer_scope(const std::string& branch, const std::string& base_branch, const std::string& default_branch,
                       bool read_only);

// `text` as a part of a tag: what a tag cannot hold is replaced, and what was changed or is over `longest` bytes gets a
// hash, so that no two texts share a tag.
std::string tag_part(std::string_view text, std::size_t longest = 80);

// The tag of the snapshots of one cache mount: "mount-linux-arm64-go-build-1a2b3c4d-main", with a hash of the whole id.
std::string mount_tag(const oci::Platform& platform, std::string_view id, std::string_view scope);

// The tag of one cache: "cache-linux-arm64-main". A scope that is no valid tag, or too long, is cleaned and gets a
// hash.
std::string layer_tag(const oci::Platform& platform, std::string_view scope);

// Whether BuildKit's exporter wrote it, whoever gave the tag.
bool is_layer_cache(const oci::Manifest& manifest);

struct LayerCache {
  std::vector<std::string> from;  // values of --cache-from
  std::vector<std::string> to;    // values of --cache-to
};

// One ref a platform and scope, so that no leg overwrites another's, whichever job builds it.
LayerCache layer_cache(const oci::Repository& repository, const std::vector<oci::Platform>& platforms,
                       const LayerScope& scope, bool insecure);

}  // namespace polyarch::cache
