#include "server/names.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "oci/reference.hpp"

namespace polyarch::server {
namespace {

constexpr std::size_t max_name = 255;

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// How many characters of the separator that `text` starts with: one of ".", "_", "__" and any run of "-".
std::size_t separator_length(std::string_view text) {
  if (text.starts_with('-')) return std::min(text.find_first_not_of('-'), text.size());
  if (text.starts_with("__")) return 2;
  return text.starts_with('.') || text.starts_with('_') ? 1 : 0;
}

bool valid_component(std::string_view text) {
  while (true) {
    const auto* end = std::ranges::find_if_not(text, is_alnum);
    if (end == text.begin()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    if (text.empty()) return true;
    const auto separator = separator_length(text);
    if (separator == 0) return false;
    text.remove_prefix(separator);
  }
}

// Takes `suffix` off the end of `text`.
bool chop(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// Takes the last component and the slash before it off `text`.
std::optional<std::string_view> chop_component(std::string_view& text) {
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto last = text.substr(slash + 1);
  text = text.substr(0, slash);
  return last;
}

Target target(Endpoint endpoint, std::string_view name, std::string_view reference = {}) {
  return {endpoint, std::string(name), std::string(reference)};
}

}  // namespace

std::optional<RepositoryName> RepositoryName::parse(std::string_view text) {
  if (text.size() > max_name || !std::ranges::all_of(text::split(text, '/'), valid_component)) return std::nullopt;
  return RepositoryName(text);
}

std::optional<Tag> Tag::parse(std::string_view text) {
  if (!oci::Reference::valid_tag(text)) return std::nullopt;
  return Tag(text);
}

std::optional<Target> parse_target(std::string_view path) {
  if (path == "/v2" || path == "/v2/") return target(Endpoint::base, "");
  if (!path.starts_with("/v2/")) return std::nullopt;
  path.remove_prefix(4);
  if (chop(path, "/tags/list")) return target(Endpoint::tags, path);
  if (chop(path, "/blobs/uploads") || chop(path, "/blobs/uploads/")) return target(Endpoint::uploads, path);
  const auto reference = chop_component(path);
  if (!reference || reference->empty()) return std::nullopt;
  if (chop(path, "/blobs/uploads")) return target(Endpoint::upload, path, *reference);
  if (chop(path, "/blobs")) return target(Endpoint::blob, path, *reference);
  if (chop(path, "/manifests")) return target(Endpoint::manifest, path, *reference);
  if (chop(path, "/referrers")) return target(Endpoint::referrers, path, *reference);
  return std::nullopt;
}

std::optional<ChunkRange> parse_chunk_range(std::string_view text) {
  const auto ends = text::cut(text, '-');
  if (!ends) return std::nullopt;
  const auto first = text::to_number(ends->first);
  const auto last = text::to_number(ends->second);
  if (!first || !last || *last < *first) return std::nullopt;
  return ChunkRange{*first, *last};
}

}  // namespace polyarch::server
