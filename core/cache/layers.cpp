#include "cache/layers.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/digest.hpp"

namespace polyarch::cache {

std::string tag_part(std::string_view scope, std::size_t longest) {
  std::string out(scope);
  std::ranges::replace_if(
      out, [](char c) { return !oci::Reference::valid_tag(std::string("x") + c); }, '-');
  if (out == scope && out.size() <= longest) return out;
  // Two branches must not share a cache because their names clean up alike.
  return fmt::format("{}-{}", out.substr(0, longest), Digest::sha256(scope).hex().substr(0, 8));
}

LayerScope layer_scope(const std::string& branch, const std::string& base_branch, const std::string& default_branch,
                       bool read_only) {
  LayerScope out{branch.empty() ? "main" : branch, {}, read_only};
  for (const auto& fallback : {base_branch, default_branch}) {
    const bool known = fallback == out.scope || std::ranges::find(out.fallbacks, fallback) != out.fallbacks.end();
    if (!fallback.empty() && !known) out.fallbacks.push_back(fallback);
  }
  return out;
}

std::string layer_tag(const oci::Platform& platform, std::string_view scope) {
  return fmt::format("cache-{}-{}", platform.slug(), tag_part(scope));
}

std::string mount_tag(const oci::Platform& platform, std::string_view id, std::string_view scope) {
  constexpr std::size_t longest_name = 16;
  constexpr std::size_t longest_scope = 40;  // with all the rest, a tag of at most 128 bytes
  std::string name(id.substr(id.rfind('/') + 1).substr(0, longest_name));
  std::ranges::replace_if(
      name, [](char c) { return !oci::Reference::valid_tag(std::string("x") + c); }, '-');
  return fmt::format("mount-{}-{}-{}-{}", platform.slug(), name, Digest::sha256(id).hex().substr(0, 8),
                     tag_part(scope, longest_scope));
}

bool is_layer_cache(const oci::Manifest& manifest) {
  return manifest.config.media_type == "application/vnd.buildkit.cacheconfig.v0";
}

LayerCache layer_cache(const oci::Repository& repository, const std::vector<oci::Platform>& platforms,
                       const LayerScope& scope, bool insecure) {
  const auto ref = [&](const oci::Platform& platform, const std::string& name) {
    return fmt::format("type=registry,ref={}:{}{}", repository.str(), layer_tag(platform, name),
                       insecure ? ",registry.insecure=true" : "");
  };
  LayerCache out;
  for (const auto& platform : platforms) {
    out.from.push_back(ref(platform, scope.scope));
    for (const auto& fallback : scope.fallbacks) out.from.push_back(ref(platform, fallback));
    // An image manifest, since some registries refuse an index of layers; a cache that fails must not fail the build.
    if (!scope.read_only) {
      out.to.push_back(ref(platform, scope.scope) +
                       ",mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true");
    }
  }
  return out;
}

}  // namespace polyarch::cache
