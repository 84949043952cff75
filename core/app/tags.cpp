#include <algorithm>
#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/prune.hpp"
#include "app/registries.hpp"
#include "app/tags_inventory.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "publish/tag_order.hpp"

namespace polyarch::app {
namespace {

publish::Retention parse_retention(const spec::TagsOptions& options) {
  publish::Retention out;
  if (!options.keep.empty()) {
    out.keep = text::to_number(options.keep);
    if (!out.keep) throw Error(ErrorKind::usage, fmt::format("--keep {} is not a number", options.keep));
  }
  if (!options.older_than.empty()) out.older_than = publish::parse_age(options.older_than);
  if (!options.match.empty()) out.match = options.match;
  if (!out.keep && !out.older_than && options.match.empty()) {
    throw Error(ErrorKind::usage, "tags prune needs to know what may go",
                "add --keep N, --older-than AGE, --match PATTERN, or several of them");
  }
  return out;
}

// Caches stand beside the images and are none of them: counted among the newest, they would push images out.
std::map<std::string, std::string> staying_caches(const publish::Inventory& inventory) {
  using Content = publish::Inventory::Content;
  std::map<std::string, std::string> out;
  for (const auto& [tag, digest] : inventory.tags) {
    const auto manifest = inventory.manifests.find(digest);
    const auto content = manifest == inventory.manifests.end() ? Content::other : manifest->second.content;
    if (content == Content::snapshot) out[tag] = "a cache snapshot";
    if (content == Content::layer_cache) out[tag] = "a layer cache";
  }
  return out;
}

}  // namespace

int tags_ls(const spec::TagsOptions& options, Context& context) {
  const auto repository = oci::Repository::parse(options.repository);
  Registries registries(context, options, Patience::brisk);
  auto tags = registries.client().tags(repository);
  if (!options.match.empty()) std::erase_if(tags, [&](const auto& tag) { return !publish::fits(options.match, tag); });
  std::ranges::sort(tags, publish::tag_before);
  if (options.format == "json")
    context.out << Json{{"repository", repository.str()}, {"tags", tags}}.dump(2) << '\n';
  else
    for (const auto& tag : tags) context.out << tag << '\n';
  return 0;
}

int tags_prune(const spec::TagsOptions& options, Context& context) {
  const auto repository = oci::Repository::parse(options.repository);
  auto retention = parse_retention(options);
  Registries registries(context, options, Patience::brisk);
  auto& client = registries.client();
  const auto now = context.clock.wall();
  const auto make_plan = [&] {
    const auto inventory = read_inventory(client, repository);
    retention.stay = staying_caches(inventory);
    return publish::plan_prune(inventory, retention, now);
  };
  prune(client, repository, make_plan, {options.yes, options.format == "json"}, context);
  return 0;
}

}  // namespace polyarch::app
