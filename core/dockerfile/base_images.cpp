#include <algorithm>

#include "base/text.hpp"
#include "dockerfile/dockerfile.hpp"
#include "dockerfile/graph.hpp"

namespace polyarch::dockerfile {
namespace {

void add(std::vector<BaseImage>& images, BaseImage image) {
  const auto same = [&](const BaseImage& other) {
    return other.reference == image.reference && other.platform == image.platform;
  };
  if (std::ranges::none_of(images, same)) images.push_back(std::move(image));
}

}  // namespace

std::vector<BaseImage> base_images(const Dockerfile& file, std::string_view target, const oci::Platform& platform,
                                   const oci::Platform& build_platform, const Arguments& build_args,
                                   const std::vector<std::string>& contexts) {
  const auto stages = examine(file, {std::string(target), platform, build_platform, build_args, contexts});
  std::vector<BaseImage> images;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& stage = stages[i];
    if (!stage.needed) continue;
    if (stage.image && stage.platform) {
      add(images, {*stage.image, *stage.platform, file.stages[i].from.first_line});
    }
    // An image that is only copied from is pulled for the target, whatever the stage runs on.
    for (const auto& image : stage.images) add(images, {image.reference, platform, image.line});
  }
  return images;
}

bool runs_on_build_platform(const Dockerfile& file, std::size_t stage) {
  for (auto i = stage; i-- > 0;) {
    if (!file.stages[i].name.empty() && file.stages[i].name == file.stages[stage].base) stage = i;
  }
  const auto& platform = file.stages[stage].platform;
  return platform == "$BUILDPLATFORM" || platform == "${BUILDPLATFORM}";
}

}  // namespace polyarch::dockerfile
