#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "publish/source.hpp"

namespace polyarch::publish {
namespace {

constexpr std::string_view layout_prefix = "oci:";
constexpr auto ref_name = "org.opencontainers.image.ref.name";

struct LayoutName {
  std::string directory;
  std::optional<std::string> image;
};

// "DIR" or "DIR:NAME". Either may have colons: the longest directory that is there counts.
LayoutName split_layout(std::string_view text) {
  if (text.starts_with(layout_prefix)) text.remove_prefix(layout_prefix.size());
  std::error_code ignored;
  for (auto end = text.size(); end > 0 && end != std::string_view::npos; end = text.rfind(':', end - 1)) {
    const std::string directory(text.substr(0, end));
    if (!std::filesystem::is_directory(directory, ignored)) continue;
    return {directory, end == text.size() ? std::nullopt : std::optional(std::string(text.substr(end + 1)))};
  }
  return {std::string(text.substr(0, text.find(':'))), std::nullopt};
}

// The longest first: containerd, and docker save, write the tag alone as the name of the specification.
std::vector<std::string> names_of(const oci::Descriptor& entry) {
  std::vector<std::string> names;
  for (const auto* key : {"io.containerd.image.name", ref_name}) {
    const auto name = entry.annotations.find(key);
    if (name != entry.annotations.end()) names.push_back(name->second);
  }
  names.push_back(entry.digest.str());
  return names;
}

// "1.0" of "1.0", and of "registry.example/app:1.0" as skopeo, buildah and crane may write it.
std::optional<std::string> tag_of(const oci::Descriptor& entry) {
  const auto found = entry.annotations.find(ref_name);
  if (found == entry.annotations.end()) return std::nullopt;
  const auto name = found->second.substr(0, found->second.find('@'));
  auto tag = name.substr(name.rfind(':') + 1);
  return oci::Reference::valid_tag(tag) ? std::optional(std::move(tag)) : std::nullopt;
}

const oci::Descriptor& choose(const oci::Layout& layout, const LayoutName& name) {
  std::vector<const oci::Descriptor*> found;
  std::vector<std::string> names;
  for (const auto& entry : layout.index().manifests) {
    const auto all = names_of(entry);
    if (name.image && std::ranges::find(all, *name.image) == all.end()) continue;
    // Named twice by one name it is one image still; by two names it could be either.
    if (name.image && !found.empty() && found.front()->digest == entry.digest) continue;
    found.push_back(&entry);
    names.push_back(all.front());
  }
  if (found.size() == 1) return *found.front();
  if (!name.image && found.empty()) return layout.root();
  if (found.empty()) {
    throw Error(ErrorKind::input, fmt::format("{} holds no image of the name '{}'", name.directory, *name.image),
                "its index.json names what it holds");
  }
  throw Error(ErrorKind::input,
              fmt::format("{} holds {} images, not one: {}", name.directory, found.size(), text::join(names, ", ")),
              "name one of them: oci:DIR:NAME");
}

Origin locate_layout(const std::string& text) {
  const auto name = split_layout(text);
  if (!std::filesystem::is_directory(name.directory)) {
    throw Error(ErrorKind::input, fmt::format("{}: no such directory", name.directory),
                "an OCI layout is a directory; unpack it when it is a tar file");
  }
  oci::Layout layout(name.directory);
  const auto root = choose(layout, name);
  auto bytes = layout.read_blob(root);
  // Without the annotations of the file that it came in: they tell the time of the export.
  oci::Descriptor plain{.media_type = root.media_type, .digest = root.digest, .size = root.size};
  return {layout_source(std::move(layout), name.directory), std::move(plain), std::move(bytes), text, tag_of(root)};
}

}  // namespace

bool names_layout(std::string_view text) {
  return text.starts_with(layout_prefix) || text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
}

Origin locate(registry::Client& client, const std::string& text) {
  if (names_layout(text)) return locate_layout(text);
  const auto reference = oci::Reference::parse(text);
  auto content = client.need_manifest(reference);
  return {registry_source(client, reference.repository), std::move(content.descriptor), std::move(content.bytes), text,
          reference.digest ? std::nullopt : reference.tag};
}

}  // namespace polyarch::publish
