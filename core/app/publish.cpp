#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "app/commands.hpp"
#include "app/copy_meter.hpp"
#include "app/image_annotations.hpp"
#include "app/platform_tags.hpp"
#include "app/publish_inputs.hpp"
#include "app/publish_recorded.hpp"
#include "app/registries.hpp"
#include "app/tag_option.hpp"
#include "base/error.hpp"
#include "publish/promote.hpp"
#include "publish/transfer.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t parallel_copies = 2;

// What shall be published, once everything is known.
struct Publication {
  std::vector<PublishInput> inputs;
  std::vector<publish::Leg> legs;
  std::vector<publish::Promotion> promotions;  // the index first
};

bool is_one_index(const std::vector<PublishInput>& inputs, std::string_view type) {
  return inputs.size() == 1 && inputs.front().origin.root.media_type == type;
}

// One index that nothing is changed in keeps its bytes, and with its digest what was signed.
publish::Artifact make_index(Publication& publication, const spec::PublishOptions& options) {
  auto& inputs = publication.inputs;
  const bool edited = options.append || !options.remove.empty() || !options.annotations.empty();
  const auto type = options.media_type == "docker" ? oci::media_type::docker_index : oci::media_type::oci_index;
  if (is_one_index(inputs, type) && !edited) {
    auto& only = inputs.front();
    only.manifests = {only.origin.root};
    return {only.origin.root.media_type, only.origin.bytes};
  }
  auto annotations = split_annotations(options.annotations);
  publish::IndexOptions made{std::move(annotations.index), std::move(annotations.descriptor), std::string(type)};
  for (const auto& input : inputs)
    if (input.base) made.base = *input.base;
  if (is_one_index(inputs, type))
    made.base = oci::Index::parse(inputs.front().origin.bytes, inputs.front().origin.name);
  const auto index = publish::assemble(publication.legs, made);
  return {index.media_type, index.dump()};
}

Publication compose(std::vector<PublishInput> inputs, const spec::PublishOptions& options,
                    const std::vector<oci::Reference>& tags) {
  Publication out{std::move(inputs), {}, {}};
  for (const auto& input : out.inputs) std::ranges::copy(input.legs, std::back_inserter(out.legs));
  const auto order = [](const publish::Leg& leg) { return std::tie(leg.platform, leg.manifest.digest); };
  std::ranges::sort(out.legs, {}, order);
  out.promotions.push_back({make_index(out, options), tags});
  const auto twice = std::ranges::unique(out.legs, {}, order);
  out.legs.erase(twice.begin(), twice.end());
  if (options.platform_tags) std::ranges::copy(platform_tags(out.legs, tags), std::back_inserter(out.promotions));
  return out;
}

// Brings the images to every repository that gets a tag, and the manifests that --annotation made.
void spread(registry::Client& client, const Publication& publication, const std::vector<oci::Reference>& tags,
            publish::Traffic& traffic) {
  // A layout may have the name of a repository, and has no repository itself.
  using Place = std::pair<std::optional<oci::Repository>, std::string>;
  std::map<Place, std::pair<publish::Source*, std::vector<oci::Descriptor>>> sources;
  for (const auto& input : publication.inputs) {
    const auto& from = input.origin.source;
    auto& [source, manifests] = sources[{from->repository(), from->name()}];
    source = from.get();
    manifests.insert(manifests.end(), input.manifests.begin(), input.manifests.end());
  }
  std::set<oci::Repository> targets;
  for (const auto& tag : tags) targets.insert(tag.repository);
  std::vector<std::function<void()>> copies;
  for (const auto& target : targets) {
    for (const auto& [place, what] : sources) {
      copies.emplace_back([&client, &traffic, &target, from = what.first, &manifests = what.second] {
        publish::transfer(client, *from, target, manifests, {.referrers = true, .traffic = &traffic});
      });
    }
  }
  sys::run_parallel(copies, parallel_copies);
  for (const auto& target : targets) {
    for (const auto& input : publication.inputs) {
      for (const auto& leg : input.annotated)
        client.put_manifest({target, std::nullopt, leg.manifest.digest}, leg.manifest.media_type, leg.bytes);
    }
  }
}

// The tags that name this image alone.
Json platform_tags_of(const publish::Leg& leg, const Publication& publication) {
  auto out = Json::array();
  for (std::size_t i = 1; i < publication.promotions.size(); ++i) {
    const auto& [artifact, tags] = publication.promotions[i];
    if (artifact.bytes != leg.bytes) continue;
    for (const auto& tag : tags) out.push_back(tag.str());
  }
  return out;
}

void show(const Publication& publication, const spec::PublishOptions& options, Context& context) {
  const auto& index = publication.promotions.front().artifact;
  const auto digest = Digest::sha256(index.bytes);
  if (options.format == "json") {
    Json out{{"digest", digest.str()},
             {"mediaType", index.media_type},
             {"tags", Json::array()},
             {"platforms", Json::object()},
             {"dryRun", options.dry_run}};
    for (const auto& tag : publication.promotions.front().tags) out["tags"].push_back(tag.str());
    std::vector<oci::Platform> platforms;
    for (const auto& leg : publication.legs) platforms.push_back(leg.platform);
    const auto names = oci::distinct_names(platforms);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto& leg = publication.legs[i];
      out["platforms"][names[i]] = {{"digest", leg.manifest.digest.str()},
                                    {"tags", platform_tags_of(leg, publication)}};
    }
    if (options.dry_run) out["index"] = parse_json(index.bytes, "the index");
    context.out << out.dump(2) << '\n';
    return;
  }
  for (const auto& leg : publication.legs)
    context.out << fmt::format("{:<16} {}\n", leg.platform.str(), leg.manifest.digest.str());
  for (const auto& [artifact, tags] : publication.promotions) {
    for (const auto& tag : tags) context.out << fmt::format("{}@{}\n", tag.str(), Digest::sha256(artifact.bytes).str());
  }
  if (options.dry_run) context.out << "dry run: nothing was pushed\n";
}

}  // namespace

int publish(const spec::PublishOptions& options, Context& context) {
  if (!options.run_id.empty()) return publish_recorded(options, context);
  const auto tags = parse_tags(options.tags);
  if (tags.empty()) throw Error(ErrorKind::usage, "publish needs a tag", "add --tag REGISTRY/REPOSITORY:TAG");
  Registries registries(context, options);
  auto& client = registries.client();
  const auto publication = compose(read_inputs(client, options, tags), options, tags);
  if (!options.dry_run) {
    CopyMeter meter(context);
    spread(client, publication, tags, meter.traffic());
    context.cancel.check();
    publish::promote(client, publication.promotions);
  }
  show(publication, options, context);
  return 0;
}

}  // namespace polyarch::app
