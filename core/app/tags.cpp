#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/registries.hpp"
#include "app/tags_inventory.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
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

std::string date(const std::optional<Clock::Wall>& time) {
  return time ? fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(*time))) : "unknown";
}

std::string table(const publish::PrunePlan& plan) {
  std::size_t width = 3;
  for (const auto& verdict : plan.tags) width = std::max(width, verdict.tag.size());
  auto out = fmt::format("{:<{}}  {:<10}  {:<12}  PLAN\n", "TAG", width, "CREATED", "DIGEST");
  for (const auto& verdict : plan.tags) {
    const auto* const verb = verdict.goes ? "delete" : "keep";
    out += fmt::format("{:<{}}  {:<10}  {:<12}  {}{}{}\n", verdict.tag, width, date(verdict.created),
                       verdict.digest.short_hex(), verb, verdict.reason.empty() ? "" : ": ", verdict.reason);
  }
  const auto tags = std::ranges::count_if(plan.tags, &publish::TagVerdict::goes);
  return out + fmt::format("\ntags: {} go, {} stay; manifests: {} go\n", tags,
                           static_cast<std::ptrdiff_t>(plan.tags.size()) - tags, plan.manifests.size());
}

Json json(const publish::PrunePlan& plan, bool deleted) {
  Json out{{"deleted", deleted}, {"tags", Json::array()}, {"manifests", Json::array()}};
  for (const auto& verdict : plan.tags) {
    out["tags"].push_back({{"tag", verdict.tag},
                           {"digest", verdict.digest.str()},
                           {"created", verdict.created ? Json(date(verdict.created)) : Json()},
                           {"delete", verdict.goes},
                           {"reason", verdict.reason}});
  }
  for (const auto& digest : plan.manifests) out["manifests"].push_back(digest.str());
  return out;
}

bool same(const publish::PrunePlan& a, const publish::PrunePlan& b) {
  const auto key = [](const publish::TagVerdict& verdict) {
    return std::tie(verdict.tag, verdict.digest, verdict.goes);
  };
  return a.untag == b.untag && std::ranges::equal(a.manifests, b.manifests) &&
         std::ranges::equal(a.tags, b.tags, {}, key, key);
}

void carry_out(registry::Client& client, const oci::Repository& repository, const publish::PrunePlan& plan,
               const sys::Cancel& cancel) {
  for (const auto& tag : plan.untag) {
    cancel.check();
    try {
      client.delete_manifest({repository, tag, std::nullopt});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::registry || error.retryable()) throw;
      log::warning("{} stays: the registry takes no tag away without its image ({})", tag, error.message());
    }
  }
  for (const auto& digest : plan.manifests) {
    cancel.check();
    client.delete_manifest({repository, std::nullopt, digest});
  }
}

}  // namespace

int tags_ls(const spec::TagsOptions& options, Context& context) {
  const auto repository = oci::Repository::parse(options.repository);
  Registries registries(context, options);
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
  const auto retention = parse_retention(options);
  Registries registries(context, options);
  auto& client = registries.client();
  const auto now = context.clock.wall();
  const auto make_plan = [&] { return publish::plan_prune(read_inventory(client, repository), retention, now); };
  const auto plan = make_plan();
  if (options.format != "json") context.out << table(plan) << std::flush;
  const bool idle = plan.manifests.empty() && plan.untag.empty();
  if (options.yes && !idle) {
    // Between the reading and now somebody may have published what shares an image with what goes.
    if (!same(plan, make_plan()))
      throw Error(ErrorKind::publish, fmt::format("{} changed meanwhile: nothing was deleted", repository.str()),
                  "run the same command again", true);
    carry_out(client, repository, plan, context.cancel);
  }
  if (options.format == "json")
    context.out << json(plan, options.yes).dump(2) << '\n';
  else
    context.out << (options.yes ? "deleted\n" : idle ? "" : "nothing was deleted: add --yes\n");
  return 0;
}

}  // namespace polyarch::app
