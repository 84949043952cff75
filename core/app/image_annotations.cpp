#include "app/image_annotations.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

bool is_level(std::string_view text) {
  const auto name = text.substr(0, text.find('['));
  return name == "index" || name == "manifest" || name == "manifest-descriptor" || name == "index-descriptor";
}

// "index,manifest:KEY=VALUE" → {"index","manifest"}; a key may hold colons, so only known levels count.
std::vector<std::string_view> levels(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon > text.find('=')) return {};
  auto parts = text::split(text.substr(0, colon), ',');
  for (const auto part : parts) {
    if (!is_level(part)) return {};
  }
  return parts;
}

}  // namespace

std::string with_level(const std::string& text) {
  return levels(text).empty() ? "manifest:" + text : text;
}

ImageAnnotations split_annotations(const std::vector<std::string>& texts) {
  ImageAnnotations out;
  for (const auto& text : texts) {
    const auto where = levels(text);
    const auto body = where.empty() ? std::string_view(text) : std::string_view(text).substr(text.find(':') + 1);
    const auto pair = text::cut(body, '=');
    if (!pair || pair->first.empty()) {
      throw Error(ErrorKind::usage, fmt::format("--annotation {} has no key and value", text),
                  "write [index:|manifest:]KEY=VALUE");
    }
    const std::string key(pair->first);
    const std::string value(pair->second);
    if (where.empty()) out.manifest.push_back(text);
    for (const auto level : where) {
      if (level == "index")
        out.index[key] = value;
      else if (level == "manifest-descriptor")
        out.descriptor[key] = value;
      else if (level.starts_with("manifest"))
        out.manifest.push_back(fmt::format("{}:{}", level, body));
      else
        throw Error(ErrorKind::usage, fmt::format("--annotation {}: nothing in a registry refers to the index", text),
                    "use index: or manifest-descriptor:");
    }
  }
  return out;
}

}  // namespace polyarch::app
