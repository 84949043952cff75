#include "app/prune.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/log.hpp"

namespace polyarch::app {
namespace {

std::string prune_date(const std::optional<Clock::Wall>& time) {
  return time ? fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(*time))) : "unknown";
}

std::string prune_table(const publish::PrunePlan& plan) {
  std::size_t width = 3;
  for (const auto& verdict : plan.tags) width = std::max(width, verdict.tag.size());
  auto out = fmt::format("{:<{}}  {:<10}  {:<12}  PLAN\n", "TAG", width, "CREATED", "DIGEST");
  for (const auto& verdict : plan.tags) {
    const auto* const verb = verdict.goes ? "delete" : "keep";
    out += fmt::format("{:<{}}  {:<10}  {:<12}  {}{}{}\n", verdict.tag, width, prune_date(verdict.created),
                       verdict.digest.short_hex(), verb, verdict.reason.empty() ? "" : ": ", verdict.reason);
  }
  const auto tags = std::ranges::count_if(plan.tags, &publish::TagVerdict::goes);
  return out + fmt::format("\ntags: {} go, {} stay; manifests: {} go\n", tags,
                           static_cast<std::ptrdiff_t>(plan.tags.size()) - tags, plan.manifests.size());
}

Json prune_json(const publish::PrunePlan& plan, bool deleted) {
  Json out{{"deleted", deleted}, {"tags", Json::array()}, {"manifests", Json::array()}};
  for (const auto& verdict : plan.tags) {
    out["tags"].push_back({{"tag", verdict.tag},
                           {"digest", verdict.digest.str()},
                           {"created", verdict.created ? Json(prune_date(verdict.created)) : Json()},
                           {"delete", verdict.goes},
                           {"reason", verdict.reason}});
  }
  for (const auto& digest : plan.manifests) out["manifests"].push_back(digest.str());
  return out;
}

bool same_plan(const publish::PrunePlan& a, const publish::PrunePlan& b) {
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

void prune(registry::Client& client, const oci::Repository& repository,
           const std::function<publish::PrunePlan()>& make_plan, const PruneMode& mode, Context& context) {
  const auto plan = make_plan();
  if (!mode.json) context.out << prune_table(plan) << std::flush;
  const bool idle = plan.manifests.empty() && plan.untag.empty();
  if (mode.yes && !idle) {
    // Between the reading and now somebody may have published what shares an image with what goes.
    if (!same_plan(plan, make_plan())) {
      throw Error(ErrorKind::publish, fmt::format("{} changed meanwhile: nothing was deleted", repository.str()),
                  "run the same command again", true);
    }
    carry_out(client, repository, plan, context.cancel);
  }
  if (mode.json)
    context.out << prune_json(plan, mode.yes).dump(2) << '\n';
  else
    context.out << (mode.yes ? "deleted\n" : idle ? "" : "nothing was deleted: add --yes\n");
}

}  // namespace polyarch::app
