#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "app/commands.hpp"
#include "app/image_annotations.hpp"
#include "app/registries.hpp"
#include "base/error.hpp"
#include "publish/legs.hpp"
#include "publish/promote.hpp"
#include "publish/transfer.hpp"

namespace polyarch::app {
namespace {

struct Source {
  oci::Reference reference;
  std::vector<publish::Leg> legs;
};

std::vector<oci::Reference> parse_tags(const std::vector<std::string>& texts) {
  std::vector<oci::Reference> tags;
  for (const auto& text : texts) {
    auto tag = oci::Reference::parse(text);
    if (tag.digest) throw Error(ErrorKind::usage, fmt::format("--tag {} names a digest", text), "leave out @sha256:…");
    tags.push_back(std::move(tag));
  }
  if (tags.empty()) throw Error(ErrorKind::usage, "publish needs a tag", "add --tag REGISTRY/REPOSITORY:TAG");
  return tags;
}

void copy_sources(registry::Client& client, const std::vector<Source>& sources,
                  const std::vector<oci::Reference>& tags) {
  std::set<oci::Repository> targets;
  for (const auto& tag : tags) targets.insert(tag.repository);
  for (const auto& target : targets) {
    for (const auto& source : sources) {
      for (const auto& leg : source.legs) {
        publish::copy_graph(client, source.reference.repository, target, leg.manifest);
        for (const auto& attestation : leg.attestations)
          publish::copy_graph(client, source.reference.repository, target, attestation);
      }
    }
  }
}

void show(const oci::Descriptor& index, const std::vector<publish::Leg>& legs, const std::vector<oci::Reference>& tags,
          const std::string& format, Context& context) {
  if (format == "json") {
    Json out{{"digest", index.digest.str()}, {"tags", Json::array()}, {"platforms", Json::object()}};
    for (const auto& tag : tags) out["tags"].push_back(tag.str());
    for (const auto& leg : legs) out["platforms"][leg.platform.str()] = {{"digest", leg.manifest.digest.str()}};
    context.out << out.dump(2) << '\n';
    return;
  }
  for (const auto& leg : legs) context.out << fmt::format("{:<16} {}\n", leg.platform.str(), leg.manifest.digest.str());
  for (const auto& tag : tags) context.out << fmt::format("{}@{}\n", tag.str(), index.digest.str());
}

}  // namespace

int publish(const spec::PublishOptions& options, Context& context) {
  const auto tags = parse_tags(options.tags);
  if (options.sources.empty())
    throw Error(ErrorKind::usage, "publish needs a source", "name the images to join, by tag or by digest");
  auto annotations = split_annotations(options.annotations);
  if (!annotations.manifest.empty()) {
    throw Error(ErrorKind::usage, "publish joins finished images: their manifests cannot be annotated any more",
                "write --annotation index:KEY=VALUE");
  }
  Registries registries(context, options.insecure_registries, options.registry_auths);
  auto& client = registries.client();
  std::vector<Source> sources;
  std::vector<publish::Leg> legs;
  for (const auto& text : options.sources) {
    sources.push_back({oci::Reference::parse(text), {}});
    sources.back().legs = publish::read_legs(client, sources.back().reference);
    std::ranges::copy(sources.back().legs, std::back_inserter(legs));
  }
  const auto index = publish::assemble(legs, {std::move(annotations.index), std::move(annotations.descriptor)});
  const auto bytes = index.dump();
  oci::Descriptor published{index.media_type, Digest::sha256(bytes), bytes.size()};
  if (!options.dry_run) {
    copy_sources(client, sources, tags);
    published = publish::promote(client, {index.media_type, bytes}, tags);
  }
  show(published, legs, tags, options.format, context);
  return 0;
}

}  // namespace polyarch::app
