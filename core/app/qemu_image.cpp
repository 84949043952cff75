#include "app/qemu_image.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <ranges>

#include "oci/manifest.hpp"
#include "registry/layers.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

constexpr std::uint64_t longest_interpreter = 128U << 20;

// One architecture, and the names that its emulator may have in an image.
struct Wanted {
  explicit Wanted(std::string_view name) : qemu(name) {}

  // Fresh extractors for the next layer.
  void begin() {
    files.clear();
    for (const auto* const suffix : {"", "-static"}) {
      files.push_back(std::make_unique<registry::FileExtractor>(fmt::format("usr/bin/qemu-{}{}", qemu, suffix),
                                                                longest_interpreter));
    }
  }

  void feed(std::string_view bytes) {
    if (found() != nullptr) return;
    for (auto& file : files) file->feed(bytes);
  }

  registry::FileExtractor* found() const {
    const auto file = std::ranges::find_if(files, [](const auto& f) { return f->found(); });
    return file == files.end() ? nullptr : file->get();
  }

  std::string_view qemu;
  std::vector<std::unique_ptr<registry::FileExtractor>> files;
};

bool is_for(const oci::Descriptor& manifest, const oci::Platform& machine) {
  return manifest.platform && !manifest.is_attestation() && manifest.platform->os == machine.os &&
         manifest.platform->architecture == machine.architecture;
}

oci::Manifest manifest_for(registry::Client& client, const oci::Reference& image, const oci::Platform& machine) {
  auto content = client.need_manifest(image);
  if (oci::media_type::is_index(content.descriptor.media_type)) {
    const auto index = oci::Index::parse(content.bytes, image.str());
    const auto mine = std::ranges::find_if(index.manifests, [&](const auto& m) { return is_for(m, machine); });
    if (mine == index.manifests.end()) {
      throw Error(ErrorKind::emulation, fmt::format("{} has no emulators that run on {}", image.str(), machine.str()),
                  "name another image with --image, or install qemu-user-static");
    }
    content = client.need_manifest(image.with(mine->digest));
  }
  return oci::Manifest::parse(content.bytes, image.str());
}

// The emulators that this layer holds are written to `directory` and taken off `wanted`.
void read_layer(registry::Client& client, const oci::Repository& repository, const oci::Descriptor& layer,
                std::vector<Wanted>& wanted, const std::filesystem::path& directory, Interpreters& found) {
  for (auto& each : wanted) each.begin();
  client.get_blob(repository, layer, [&wanted](std::string_view bytes) {
    for (auto& each : wanted) each.feed(bytes);
  });
  std::erase_if(wanted, [&](Wanted& each) {
    auto* const file = each.found();
    if (file == nullptr) return false;
    const auto path = directory / fmt::format("qemu-{}", each.qemu);
    sys::write_file(path, file->take(), 0755);
    found.emplace(each.qemu, path);
    return true;
  });
}

}  // namespace

Interpreters extract_interpreters(registry::Client& client, const oci::Reference& image, const oci::Platform& machine,
                                  const std::vector<binfmt::Architecture>& architectures,
                                  const std::filesystem::path& directory) {
  std::vector<Wanted> wanted;
  for (const auto& each : architectures) wanted.emplace_back(each.qemu);
  Interpreters found;
  const auto manifest = manifest_for(client, image, machine);
  for (const auto& layer : manifest.layers | std::views::reverse) {
    if (!wanted.empty()) read_layer(client, image.repository, layer, wanted, directory, found);
  }
  if (wanted.empty()) return found;
  throw Error(ErrorKind::emulation, fmt::format("{} holds no usr/bin/qemu-{}", image.str(), wanted.front().qemu),
              "name another image with --image, or install qemu-user-static");
}

}  // namespace polyarch::app
