#include "app/image_sizes.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t longest_step = 60;

// What made each layer: the entries of the history that are not empty, one a layer. None when they do not add up.
std::vector<std::string> steps_of(std::string_view config, std::size_t layers) try {
  const auto what = "config";
  const auto object = parse_json(config, what);
  std::vector<std::string> steps;
  if (!object.is_object() || !object.contains("history") || !object["history"].is_array()) return {};
  for (const auto& entry : object["history"]) {
    if (entry.value("empty_layer", false)) continue;
    steps.push_back(text::printable(string_at(entry, "created_by", what).value_or("")));
  }
  return steps.size() == layers ? steps : std::vector<std::string>{};
} catch (const std::exception&) {
  return {};  // the sizes are true without it
}

std::vector<std::string> names_of(const std::vector<PlatformSizes>& images) {
  std::vector<oci::Platform> platforms;
  for (const auto& image : images) platforms.push_back(image.platform);
  return oci::distinct_names(platforms);
}

// By rows, from the base up: the layers that stand at one place in their images.
std::string layer_rows(const std::vector<PlatformSizes>& images) {
  std::string out = fmt::format("{:<5}", "LAYER");
  std::size_t rows = 0;
  std::vector<std::size_t> widths;
  for (const auto& name : names_of(images)) {
    widths.push_back(std::max<std::size_t>(14, name.size()));
    out += fmt::format("  {:>{}}", name, widths.back());
  }
  for (const auto& image : images) rows = std::max(rows, image.layers.size());
  out += fmt::format("  {:>10}  {}\n", "APART", "STEP");
  for (std::size_t row = 0; row < rows; ++row) {
    out += fmt::format("{:<5}", row + 1);
    std::uint64_t least = UINT64_MAX;
    std::uint64_t most = 0;
    std::string step;
    for (std::size_t i = 0; i < images.size(); ++i) {
      const auto& image = images[i];
      if (row >= image.layers.size()) {
        out += fmt::format("  {:>{}}", "", widths[i]);
        continue;
      }
      const auto& layer = image.layers[row];
      out += fmt::format("  {:>{}}", text::human_size(layer.size) + (layer.shared ? " =" : "  "), widths[i]);
      least = std::min(least, layer.size);
      most = std::max(most, layer.size);
      if (step.empty()) step = layer.step;
    }
    if (step.size() > longest_step)
      step = step.substr(0, std::min(step.find_last_of(' ', longest_step), longest_step)) + " …";
    out += fmt::format("  {:>10}  {}\n", most == least ? "-" : text::human_size(most - least), step);
  }
  return out;
}

}  // namespace

std::uint64_t PlatformSizes::total() const {
  auto sum = config;
  for (const auto& layer : layers) sum += layer.size;
  return sum;
}

std::uint64_t PlatformSizes::shared() const {
  std::uint64_t sum = 0;
  for (const auto& layer : layers) sum += layer.shared ? layer.size : 0;
  return sum;
}

PlatformSizes measure(const oci::Platform& platform, const oci::Manifest& manifest, std::string_view config) {
  const auto steps = steps_of(config, manifest.layers.size());
  PlatformSizes out{platform, manifest.config.size, {}};
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    const auto& layer = manifest.layers[i];
    out.layers.push_back({layer.digest, layer.size, false, steps.empty() ? "" : steps[i]});
  }
  return out;
}

void mark_shared(std::vector<PlatformSizes>& images) {
  std::map<Digest, std::set<const PlatformSizes*>> users;
  for (const auto& image : images)
    for (const auto& layer : image.layers) users[layer.digest].insert(&image);
  for (auto& image : images)
    for (auto& layer : image.layers) layer.shared = users[layer.digest].size() > 1;
}

std::uint64_t stored_size(const std::vector<PlatformSizes>& images) {
  std::map<Digest, std::uint64_t> layers;
  std::uint64_t sum = 0;
  for (const auto& image : images) {
    sum += image.config;
    for (const auto& layer : image.layers) layers[layer.digest] = layer.size;
  }
  for (const auto& [digest, size] : layers) sum += size;
  return sum;
}

std::string sizes_table(const std::vector<PlatformSizes>& images) {
  const auto names = names_of(images);
  std::size_t width = 16;
  for (const auto& name : names) width = std::max(width, name.size());
  auto out = fmt::format("{:<{}} {:>10} {:>10} {:>10} {:>7}\n", "PLATFORM", width, "SIZE", "SHARED", "OWN", "LAYERS");
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& image = images[i];
    out += fmt::format("{:<{}} {:>10} {:>10} {:>10} {:>7}\n", names[i], width, text::human_size(image.total()),
                       text::human_size(image.shared()), text::human_size(image.own()), image.layers.size());
  }
  out += fmt::format("{:<{}} {:>10}\n\n", "all together", width, text::human_size(stored_size(images)));
  return out + layer_rows(images) + "\n= shared between platforms; sizes are compressed\n";
}

Json sizes_json(const std::vector<PlatformSizes>& images) {
  Json out{{"stored", stored_size(images)}, {"platforms", Json::object()}};
  const auto names = names_of(images);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto& image = images[i];
    auto& entry = out["platforms"][names[i]];
    entry = {{"size", image.total()}, {"shared", image.shared()}, {"own", image.own()}, {"layers", Json::array()}};
    for (const auto& layer : image.layers) {
      entry["layers"].push_back(
          {{"digest", layer.digest.str()}, {"size", layer.size}, {"shared", layer.shared}, {"step", layer.step}});
    }
  }
  return out;
}

}  // namespace polyarch::app
