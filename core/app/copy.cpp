#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <map>

#include "app/commands.hpp"
#include "app/copy_meter.hpp"
#include "app/registries.hpp"
#include "base/error.hpp"
#include "publish/legs.hpp"
#include "publish/promote.hpp"
#include "publish/transfer.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

// Where copies go. The tag is what the user wrote: "latest" is not filled in.
struct Destination {
  oci::Repository repository;
  std::optional<std::string> tag;
};

struct Copy {
  publish::Origin origin;
  std::optional<oci::Reference> tag;  // that it gets
};

Destination parse_destination(const std::string& text) {
  if (publish::names_layout(text)) {
    throw Error(ErrorKind::usage, fmt::format("{} is an OCI layout, and copies go to registries alone", text),
                "name a repository; skopeo, crane, oras and regctl write layouts");
  }
  const auto reference = oci::Reference::parse(text);
  if (reference.digest)
    throw Error(ErrorKind::usage, fmt::format("{} names a digest: a copy has that of its source", text));
  const auto slash = text.rfind('/');
  const auto colon = text.rfind(':');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return {reference.repository, tagged ? reference.tag : std::nullopt};
}

// Without what an index says to be of another platform: docker save names them all, and writes those that it has.
publish::Origin without_others(publish::Origin origin, const oci::Platform& platform) {
  if (!oci::media_type::is_index(origin.root.media_type)) return origin;
  auto index = oci::Index::parse(origin.bytes, origin.name);
  std::erase_if(index.manifests, [&](const oci::Descriptor& entry) {
    const auto& said = entry.platform;
    return entry.is_attestation() || (said && !said->unknown() && !publish::same_target(*said, platform));
  });
  origin.bytes = index.dump();
  return origin;
}

// The one image of that platform, in place of its index.
void choose_platform(publish::Origin& origin, const std::string& name) {
  const auto platform = oci::Platform::parse(name);
  auto legs = publish::read_legs(without_others(origin, platform));
  const auto leg =
      std::ranges::find_if(legs, [&](const auto& one) { return publish::same_target(one.platform, platform); });
  if (leg == legs.end()) {
    throw Error(ErrorKind::usage, fmt::format("{} has no platform {}", origin.name, platform.str()),
                fmt::format("polyarch inspect {} shows those that it has", origin.name));
  }
  origin.root = leg->manifest;
  origin.bytes = std::move(leg->bytes);
}

std::vector<Copy> read_copies(registry::Client& client, const spec::CopyOptions& options, const Destination& to) {
  std::vector<Copy> copies(options.images.size() - 1);
  std::vector<std::function<void()>> reads;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    reads.emplace_back([&, i] {
      auto& origin = copies[i].origin;
      origin = publish::locate(client, options.images[i]);
      if (!options.platform.empty()) choose_platform(origin, options.platform);
      const auto& tag = to.tag ? to.tag : origin.tag;
      if (tag) copies[i].tag = oci::Reference{to.repository, tag, std::nullopt};
    });
  }
  sys::run_parallel(reads, registry::parallel_requests);
  return copies;
}

// Two sources must not fight for one tag.
void check_tags(const std::vector<Copy>& copies) {
  std::map<oci::Reference, const publish::Origin*> owners;
  for (const auto& copy : copies) {
    if (!copy.tag) continue;
    const auto [owner, fresh] = owners.emplace(*copy.tag, &copy.origin);
    if (fresh || owner->second->root.digest == copy.origin.root.digest) continue;
    throw Error(ErrorKind::usage,
                fmt::format("{} and {} would both be {}", owner->second->name, copy.origin.name, copy.tag->str()),
                "copy them one by one, or give a DST without a tag");
  }
}

void show(const std::vector<Copy>& copies, const Destination& to, const std::string& format, Context& context) {
  Json all = Json::array();
  for (const auto& [origin, tag] : copies) {
    const auto digest = origin.root.digest.str();
    const auto name = fmt::format("{}@{}", tag ? tag->str() : to.repository.str(), digest);
    if (format == "json")
      all.push_back({{"source", origin.name}, {"reference", name}, {"digest", digest}});
    else
      context.out << name << '\n';
  }
  if (format == "json") context.out << all.dump(2) << '\n';
}

}  // namespace

int copy(const spec::CopyOptions& options, Context& context) {
  if (options.images.size() < 2)
    throw Error(ErrorKind::usage, "copy needs a source and a destination", "polyarch copy SRC… DST");
  const auto to = parse_destination(options.images.back());
  Registries registries(context, options);
  auto& client = registries.client();
  const auto copies = read_copies(client, options, to);
  check_tags(copies);
  {
    CopyMeter meter(context);
    for (const auto& copy : copies) {
      context.cancel.check();
      publish::transfer(client, *copy.origin.source, to.repository, {copy.origin.root},
                        {.referrers = true, .traffic = &meter.traffic()});
    }
  }
  std::vector<publish::Promotion> promotions;
  for (const auto& [origin, tag] : copies)
    if (tag) promotions.push_back({{origin.root.media_type, origin.bytes}, {*tag}});
  publish::promote(client, promotions);
  show(copies, to, options.format, context);
  return 0;
}

}  // namespace polyarch::app
