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

void remove_platforms(PublishInput& base, const std::vector<oci::Platform>& platforms) {
  for (const auto& platform : platforms) {
    const auto gone =
        std::erase_if(base.legs, [&](const auto& leg) { return publish::same_target(leg.platform, platform); });
    if (gone > 0) continue;
    throw Error(ErrorKind::usage, fmt::format("--remove {}: {} has no such platform", platform.str(), base.origin.name),
                fmt::format("polyarch inspect {} shows those that it has", base.origin.name));
  }
}

// What `tag` names now; nothing when that is nothing.
std::vector<publish::Leg> legs_of(registry::Client& client, const oci::Reference& tag) {
  return client.head_manifest(tag) ? publish::read_legs(client, tag) : std::vector<publish::Leg>{};
}

// Every tag gets what is made of the first one: a platform that only another one has would be lost without a word.
void check_other(const oci::Reference& tag, const std::vector<publish::Leg>& legs,
                 const std::vector<oci::Platform>& removed, const std::vector<PublishInput>& inputs) {
  const auto kept = [&](const oci::Platform& platform) {
    const auto same = [&](const publish::Leg& leg) { return publish::same_target(leg.platform, platform); };
    return std::ranges::any_of(inputs, [&](const auto& input) { return std::ranges::any_of(input.legs, same); });
  };
  for (const auto& leg : legs) {
    const auto gone = [&](const auto& platform) { return publish::same_target(platform, leg.platform); };
    if (kept(leg.platform) || std::ranges::any_of(removed, gone)) continue;
    throw Error(ErrorKind::usage,
                fmt::format("{} has {}, which the image made of the first tag lacks", tag.str(), leg.platform.str()),
                "change each of these tags by itself");
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
  std::vector<std::vector<publish::Leg>> others(edits ? tags.size() - 1 : 0);
  std::vector<std::function<void()>> reads{[&] { bases = read_base(client, options, tags.front()); }};
  for (std::size_t i = 0; i < others.size(); ++i)
    reads.emplace_back([&, i] { others[i] = legs_of(client, tags[i + 1]); });
  for (std::size_t i = 0; i < inputs.size(); ++i)
    reads.emplace_back([&, i] { inputs[i] = read_input(client, options.sources[i]); });
  sys::run_parallel(reads, parallel_sources);
  for (auto& one : bases) {
    remove_platforms(one, removed);
    if (one.legs.empty() && inputs.empty()) {
      throw Error(ErrorKind::usage, fmt::format("--remove takes every platform of {}", one.origin.name),
                  "leave one of them, or name an image in their place");
    }
    inputs.push_back(std::move(one));
  }
  for (std::size_t i = 0; i < others.size(); ++i) check_other(tags[i + 1], others[i], removed, inputs);
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
