#include "app/publish_inputs.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>

#include "app/image_annotations.hpp"
#include "app/manifest_annotations.hpp"
#include "base/error.hpp"
#include "publish/annotate.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t parallel_sources = 16;

PublishInput read_input(registry::Client& client, const std::string& text) {
  PublishInput input;
  input.origin = publish::locate(client, text);
  input.legs = publish::read_legs(input.origin);
  return input;
}

// What the tag names now; with --append that may be nothing yet.
std::vector<PublishInput> read_base(registry::Client& client, const spec::PublishOptions& options,
                                    const oci::Reference& base) {
  if (!options.append && options.remove.empty()) return {};
  if (options.remove.empty() && !client.head_manifest(base)) return {};
  auto input = read_input(client, base.str());
  if (oci::media_type::is_index(input.origin.root.media_type))
    input.base = oci::Index::parse(input.origin.bytes, base.str());
  return {std::move(input)};
}

// Every tag gets what the first one names: what only another one names would be lost.
void check_others(const std::vector<oci::Reference>& tags, const std::vector<std::optional<oci::Descriptor>>& others,
                  const std::vector<PublishInput>& bases) {
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (!others[i] || (!bases.empty() && others[i]->digest == bases.front().origin.root.digest)) continue;
    throw Error(ErrorKind::usage,
                fmt::format("--append and --remove change what {} names, and {} names something else",
                            tags.front().str(), tags[i + 1].str()),
                "change each of these tags by itself");
  }
}

void remove_platforms(PublishInput& base, const std::vector<oci::Platform>& platforms) {
  for (const auto& platform : platforms) {
    const auto gone =
        std::erase_if(base.legs, [&](const auto& leg) { return publish::same_target(leg.platform, platform); });
    if (gone > 0) continue;
    throw Error(ErrorKind::usage, fmt::format("--remove {}: {} has no such platform", platform.str(), base.origin.name),
                fmt::format("polyarch inspect {} shows those that it has", base.origin.name));
  }
}

void annotate(PublishInput& input, const std::vector<ManifestAnnotation>& annotations) {
  for (auto& leg : input.legs) {
    for (const auto& [key, value] : annotations_for(annotations, leg.platform, true))
      leg.manifest.annotations[key] = value;
    const auto changes = annotations_for(annotations, leg.platform, false);
    if (changes.empty()) continue;
    leg = publish::annotate(std::move(leg), changes);
    input.annotated.push_back(leg);
  }
}

}  // namespace

std::vector<PublishInput> read_inputs(registry::Client& client, const spec::PublishOptions& options,
                                      const std::vector<oci::Reference>& tags) {
  const bool edits = options.append || !options.remove.empty();
  if (options.sources.empty() && !edits)
    throw Error(ErrorKind::usage, "publish needs a source", "name the images to join, by tag, digest or layout");
  const auto removed = oci::parse_platforms(options.remove);
  const auto annotations = manifest_annotations(split_annotations(options.annotations).manifest);
  std::vector<PublishInput> bases;
  std::vector<PublishInput> inputs(options.sources.size());
  std::vector<std::optional<oci::Descriptor>> others(edits ? tags.size() - 1 : 0);
  std::vector<std::function<void()>> reads{[&] { bases = read_base(client, options, tags.front()); }};
  for (std::size_t i = 0; i < others.size(); ++i)
    reads.emplace_back([&, i] { others[i] = client.head_manifest(tags[i + 1]); });
  for (std::size_t i = 0; i < inputs.size(); ++i)
    reads.emplace_back([&, i] { inputs[i] = read_input(client, options.sources[i]); });
  sys::run_parallel(reads, parallel_sources);
  check_others(tags, others, bases);
  for (auto& one : bases) {
    remove_platforms(one, removed);
    if (one.legs.empty() && inputs.empty()) {
      throw Error(ErrorKind::usage, fmt::format("--remove takes every platform of {}", one.origin.name),
                  "leave one of them, or name an image in their place");
    }
    inputs.push_back(std::move(one));
  }
  for (auto& input : inputs) {
    for (const auto& leg : input.legs) {
      input.manifests.push_back(leg.manifest);
      input.manifests.insert(input.manifests.end(), leg.attestations.begin(), leg.attestations.end());
    }
    annotate(input, annotations);
  }
  return inputs;
}

}  // namespace polyarch::app
