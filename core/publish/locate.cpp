#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "publish/source.hpp"

namespace polyarch::publish {
namespace {

constexpr std::string_view layout_prefix = "oci:";

struct LayoutName {
  std::string directory;
  std::optional<std::string> image;
};

bool is_layout(std::string_view text) {
  return text.starts_with(layout_prefix) || text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
}

// "DIR" or "DIR:NAME"; a directory that is there may have a colon in its name.
LayoutName split_layout(std::string_view text) {
  if (text.starts_with(layout_prefix)) text.remove_prefix(layout_prefix.size());
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || std::filesystem::exists(text)) return {std::string(text), std::nullopt};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

std::optional<std::string> name_of(const oci::Descriptor& entry) {
  const auto name = entry.annotations.find("org.opencontainers.image.ref.name");
  return name == entry.annotations.end() ? std::nullopt : std::optional(name->second);
}

const oci::Descriptor& choose(const oci::Layout& layout, const LayoutName& name) {
  if (!name.image) return layout.root();
  const auto& entries = layout.index().manifests;
  const auto found = std::ranges::find_if(entries, [&](const auto& entry) { return name_of(entry) == name.image; });
  if (found != entries.end()) return *found;
  throw Error(ErrorKind::input, fmt::format("{} holds no image of the name '{}'", name.directory, *name.image),
              "its index.json names what it holds");
}

Origin locate_layout(const std::string& text) {
  const auto name = split_layout(text);
  if (!std::filesystem::is_directory(name.directory)) {
    throw Error(ErrorKind::input, fmt::format("{}: no such directory", name.directory),
                "an OCI layout is a directory; unpack it when it is a tar file");
  }
  oci::Layout layout(name.directory);
  auto root = choose(layout, name);
  const auto tag = name_of(root);
  auto bytes = layout.read_blob(root);
  // Without the annotations of the file that it came in: they tell the time of the export.
  oci::Descriptor plain{.media_type = root.media_type, .digest = root.digest, .size = root.size};
  return {layout_source(std::move(layout), name.directory), std::move(plain), std::move(bytes), text,
          tag && oci::Reference::valid_tag(*tag) ? tag : std::nullopt};
}

}  // namespace

Origin locate(registry::Client& client, const std::string& text) {
  if (is_layout(text)) return locate_layout(text);
  const auto reference = oci::Reference::parse(text);
  auto content = client.need_manifest(reference);
  return {registry_source(client, reference.repository), std::move(content.descriptor), std::move(content.bytes), text,
          reference.digest ? std::nullopt : reference.tag};
}

}  // namespace polyarch::publish
