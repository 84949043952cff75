#include "app/tag_option.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"

namespace polyarch::app {

oci::Reference parse_tag(const std::string& text) {
  auto tag = oci::Reference::parse(text);
  if (!tag.digest) return tag;
  throw Error(ErrorKind::usage, fmt::format("--tag {} names a digest", text),
              "a tag is given to what is made: leave out @sha256:…");
}

std::vector<oci::Reference> parse_tags(const std::vector<std::string>& texts) {
  std::vector<oci::Reference> tags;
  for (const auto& text : texts) {
    auto tag = parse_tag(text);
    if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(std::move(tag));
  }
  return tags;
}

}  // namespace polyarch::app
