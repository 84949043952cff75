#include "app/prune.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/log.hpp"

namespace polyarch::app {
namespace {

// How much of a plan was carried out.
struct Deleted {
  std::size_t tags = 0;
  std::size_t manifests = 0;
};

std::size_t tags_that_go(const publish::PrunePlan& plan) {
  return static_cast<std::size_t>(std::ranges::count_if(plan.tags, &publish::TagVerdict::goes));
}

bool is_idle(const publish::PrunePlan& plan) {
  return plan.manifests.empty() && plan.untag.empty();
}

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
  const auto tags = tags_that_go(plan);
  return out + fmt::format("\ntags: {} go, {} stay; manifests: {} go\n", tags, plan.tags.size() - tags,
                           plan.manifests.size());
}

Json prune_json(const publish::PrunePlan& plan, const Deleted& deleted) {
  const bool all = deleted.tags == tags_that_go(plan) && deleted.manifests == plan.manifests.size();
  Json out{{"deleted", all && !is_idle(plan)},
           {"deletedTags", deleted.tags},
           {"deletedManifests", deleted.manifests},
           {"tags", Json::array()},
           {"manifests", Json::array()}};
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

std::string prune_result(const publish::PrunePlan& plan, const Deleted& deleted, bool yes) {
  if (is_idle(plan)) return "nothing to delete\n";
  if (!yes) return "nothing was deleted: add --yes\n";
  return fmt::format("deleted: {} of {} tags, {} of {} manifests\n", deleted.tags, tags_that_go(plan),
                     deleted.manifests, plan.manifests.size());
}

bool same_plan(const publish::PrunePlan& a, const publish::PrunePlan& b) {
  const auto key = [](const publish::TagVerdict& verdict) {
    return std::tie(verdict.tag, verdict.digest, verdict.goes);
  };
  return a.untag == b.untag && std::ranges::equal(a.manifests, b.manifests) &&
         std::ranges::equal(a.tags, b.tags, {}, key, key);
}

// Counts in `deleted` as it goes. A manifest that stays ends it: what it names must not go before it.
void carry_out(registry::Client& client, const oci::Repository& repository, const publish::PrunePlan& plan,
               const sys::Cancel& cancel, Deleted& deleted) {
  for (const auto& tag : plan.untag) {
    cancel.check();
    try {
      client.delete_manifest({repository, tag, std::nullopt});
      ++deleted.tags;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::registry || error.retryable()) throw;
      log::warning("{} stays: the registry takes no tag away without its image ({})", tag, error.message());
    }
  }
  for (const auto& digest : plan.manifests) {
    cancel.check();
    client.delete_manifest({repository, std::nullopt, digest});
    ++deleted.manifests;
    deleted.tags += static_cast<std::size_t>(std::ranges::count(plan.tags, digest, &publish::TagVerdict::digest));
  }
  const auto planned = tags_that_go(plan);
  if (deleted.tags == planned) return;
  throw Error(ErrorKind::registry,
              fmt::format("{} of {} tags that should go stay in {}", planned - deleted.tags, planned, repository.str()),
              "take them away by the registry's own means");
}

}  // namespace

void prune(registry::Client& client, const oci::Repository& repository,
           const std::function<publish::PrunePlan()>& make_plan, const PruneMode& mode, Context& context) {
  const auto plan = make_plan();
  if (!mode.json) context.out << prune_table(plan) << std::flush;
  Deleted deleted;
  std::exception_ptr problem;
  if (mode.yes && !is_idle(plan)) {
    // Between the reading and now somebody may have published what shares an image with what goes.
    if (!same_plan(plan, make_plan())) {
      throw Error(ErrorKind::publish, fmt::format("{} changed meanwhile: nothing was deleted", repository.str()),
                  "run the same command again", true);
    }
    try {
      carry_out(client, repository, plan, context.cancel, deleted);
    } catch (const Error&) {
      problem = std::current_exception();  // what went before it is said first
    }
  }
  if (mode.json)
    context.out << prune_json(plan, deleted).dump(2) << '\n';
  else
    context.out << prune_result(plan, deleted, mode.yes);
  if (problem) std::rethrow_exception(problem);
}

}  // namespace polyarch::app
