#include "app/manifest_annotations.hpp"

#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr std::string_view manifest_level = "manifest";
constexpr std::string_view entry_level = "manifest-descriptor";

struct Level {
  std::string_view name = manifest_level;
  std::optional<oci::Platform> platform;
};

// "manifest[linux/arm64]" → its parts; nullopt: no level, but the beginning of a key.
std::optional<Level> parse_level(std::string_view text) {
  const auto bracket = text.find('[');
  Level level{.name = text.substr(0, bracket), .platform = {}};
  if (level.name != manifest_level && level.name != entry_level) return std::nullopt;
  if (bracket != std::string_view::npos && text.ends_with(']'))
    level.platform = oci::Platform::parse(text.substr(bracket + 1, text.size() - bracket - 2));
  return level;
}

ManifestAnnotation parse(std::string_view text) {
  const auto parts = text::cut(text, ':');
  const auto level =
      parts && parts->first.find('=') == std::string_view::npos ? parse_level(parts->first) : std::nullopt;
  const auto pair = *text::cut(level ? parts->second : text, '=');  // split_annotations() saw to the "="
  return {level ? level->platform : std::nullopt, level && level->name == entry_level, std::string(pair.first),
          std::string(pair.second)};
}

}  // namespace

std::vector<ManifestAnnotation> manifest_annotations(const std::vector<std::string>& texts) {
  std::vector<ManifestAnnotation> out;
  for (const auto& text : texts) out.push_back(parse(text));
  return out;
}

oci::Annotations annotations_for(const std::vector<ManifestAnnotation>& all, const oci::Platform& platform,
                                 bool of_entry) {
  oci::Annotations out;
  for (const auto& one : all) {
    if (one.of_entry == of_entry && (!one.platform || one.platform == platform)) out[one.key] = one.value;
  }
  return out;
}

}  // namespace polyarch::app
