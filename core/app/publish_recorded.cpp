#include "app/publish_recorded.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "app/registries.hpp"
#include "app/tag_option.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "publish/records.hpp"

namespace polyarch::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_looks{3000};
constexpr milliseconds slice{100};  // how soon a wait hears of Ctrl-C

using Records = std::vector<publish::Record>;

// The first record of another plan than that of the first of all.
Records::const_iterator odd_one(const Records& records) {
  return std::ranges::find_if(records, [&](const auto& record) { return !(record.plan == records.front().plan); });
}

[[noreturn]] void fail_odd(const publish::Record& one, const publish::Record& other) {
  if (one.plan.tags != other.plan.tags) {
    throw Error(ErrorKind::publish,
                fmt::format("run '{}' makes several images, among them {} and {}", one.plan.run_id,
                            one.plan.tags.front().str(), other.plan.tags.front().str()),
                "the job that comes last publishes each; to publish by hand give each image a --run-id of its own");
  }
  throw Error(ErrorKind::publish,
              fmt::format("{} and {} were built from different commits or with different options", one.platform.str(),
                          other.platform.str()),
              "give all jobs of the run the same options, but for --only and --builder, and run the odd one again");
}

publish::RollCall call(const publish::RunPlan& plan, const Records& records) {
  auto roll = publish::call_roll(plan, records);
  if (roll.failed.empty()) return roll;
  throw Error(ErrorKind::publish, fmt::format("nothing is published: {} failed", oci::names(roll.failed)),
              "run that job again");
}

struct Waited {
  publish::RunPlan plan;
  publish::RollCall roll;
  bool published = false;  // by the job that came last, while we waited
};

void sleep(Context& context, milliseconds duration) {
  for (auto left = duration; left.count() > 0; left -= slice) {
    context.cancel.check();
    context.clock.sleep(std::min(left, slice));
  }
}

// The run as it is when all of it is there, or when the time is up.
Waited wait_for(const spec::PublishOptions& options, publish::Records& store, Context& context) {
  const auto end = context.clock.steady() + std::chrono::minutes(options.wait);
  std::optional<Waited> last;
  std::string said;
  for (;;) {
    const bool last_look = context.clock.steady() >= end;
    const auto records = store.read_all(options.run_id);
    std::string missing = "any leg";
    if (records.empty() && last) return {last->plan, {}, true};
    if (!records.empty()) last = {records.front().plan, {}};
    const auto odd = records.empty() ? records.end() : odd_one(records);
    if (odd != records.end()) {
      if (last_look) fail_odd(records.front(), *odd);
      missing = fmt::format("{} of the same plan as {}", odd->platform.str(), records.front().platform.str());
    } else if (!records.empty()) {
      const auto& roll = last->roll = call(last->plan, records);
      if (roll.complete() || (last_look && roll.missing.empty())) return *last;
      missing = oci::names(roll.missing.empty() ? roll.missing_optional : roll.missing);
    }
    if (last_look) {
      throw Error(ErrorKind::publish, fmt::format("run '{}' has no record of {}", options.run_id, missing),
                  last ? "wait for the job that builds it with --wait MINUTES, or run it again"
                       : "it was published already, or was built into another repository");
    }
    if (missing != said) log::info("waiting for {}", missing);
    said = missing;
    sleep(context, between_looks);
  }
}

Json names(const std::vector<oci::Reference>& tags) {
  auto out = Json::array();
  for (const auto& tag : tags) out.push_back(tag.str());
  return out;
}

// The records are gone, and with them what these tags could be given.
void check_published(const publish::RunPlan& plan, const std::vector<oci::Reference>& wanted) {
  for (const auto& tag : wanted) {
    if (std::ranges::find(plan.tags, tag) != plan.tags.end()) continue;
    const auto there = plan.tags.front().str();
    throw Error(ErrorKind::publish,
                fmt::format("another job has published the run as {}, and not as {}", there, tag.str()),
                fmt::format("polyarch publish --tag {} {}", tag.str(), there));
  }
}

// The records, which would say what was published, are gone.
void show_published_elsewhere(const publish::RunPlan& plan, const spec::PublishOptions& options, Context& context) {
  if (options.format != "json") {
    context.out << "the job that came last has published the run\n";
    return;
  }
  const Json out{{"digest", nullptr},           {"mediaType", nullptr},      {"tags", names(plan.tags)},
                 {"platforms", Json::object()}, {"dryRun", options.dry_run}, {"publishedElsewhere", true}};
  context.out << out.dump(2) << '\n';
}

// The tags that name the image of this platform alone.
std::vector<oci::Reference> own_tags(const publish::Release& release, const publish::Leg& leg) {
  std::vector<oci::Reference> out;
  for (const auto& [platform, tags] : release.own_tags)
    if (publish::same_target(platform, leg.platform)) out.insert(out.end(), tags.begin(), tags.end());
  return out;
}

// `foretold`: what a dry run would have published.
void show(const publish::Release& release, const oci::Descriptor& published, const spec::PublishOptions& options,
          Context& context, std::string_view foretold = {}) {
  if (options.format == "json") {
    Json out{{"digest", published.digest.str()}, {"mediaType", published.media_type}, {"tags", names(release.tags)},
             {"platforms", Json::object()},      {"dryRun", options.dry_run},         {"publishedElsewhere", false}};
    for (const auto& leg : release.legs) {
      out["platforms"][leg.platform.str()] = {{"digest", leg.manifest.digest.str()},
                                              {"tags", names(own_tags(release, leg))}};
    }
    if (options.dry_run) out["index"] = parse_json(foretold, "the index");
    context.out << out.dump(2) << '\n';
    return;
  }
  for (const auto& leg : release.legs)
    context.out << fmt::format("{:<16} {}\n", leg.platform.str(), leg.manifest.digest.str());
  for (const auto& tag : release.tags) context.out << fmt::format("{}@{}\n", tag.str(), published.digest.str());
  for (const auto& leg : release.legs) {
    for (const auto& tag : own_tags(release, leg))
      context.out << fmt::format("{}@{}\n", tag.str(), leg.manifest.digest.str());
  }
  if (options.dry_run) context.out << "dry run: nothing was pushed\n";
}

void warn_of_missing(const publish::RollCall& roll) {
  auto left_out = roll.missing_optional;
  std::ranges::copy(roll.failed_optional, std::back_inserter(left_out));
  if (!left_out.empty()) log::warning("left out of the image: {}, which may fail", oci::names(left_out));
}

}  // namespace

int publish_recorded(const spec::PublishOptions& options, Context& context) {
  if (options.sources.size() != 1) {
    throw Error(ErrorKind::usage, "--run-id needs the repository that the run was pushed to",
                "write polyarch publish --run-id ID REGISTRY/REPOSITORY");
  }
  if (options.append || options.platform_tags || !options.remove.empty() || !options.annotations.empty() ||
      options.media_type != "oci") {
    throw Error(ErrorKind::usage, "--run-id publishes what the jobs agreed on: only --tag may name something else",
                "give annotations to the jobs, or publish the result a second time with these options");
  }
  auto tags = parse_tags(options.tags);
  const auto repository = oci::Repository::parse(options.sources.front());
  Registries registries(context, options);
  publish::Records store(registries.client(), repository);
  const auto [plan, roll, is_published] = wait_for(options, store, context);
  if (is_published) {
    check_published(plan, tags);
    show_published_elsewhere(plan, options, context);
    return 0;
  }
  warn_of_missing(roll);
  auto release = publish::make_release(plan, roll.passed, repository);
  if (!tags.empty()) release.tags = std::move(tags);
  if (options.dry_run) {
    const auto [type, bytes] = publish::whole_artifact(registries.client(), release);
    show(release, {.media_type = type, .digest = Digest::sha256(bytes)}, options, context, bytes);
    return 0;
  }
  const auto published =
      publish::publish(registries.client(), release, [](std::string_view message) { log::info("{}", message); });
  store.remove(plan, store.read_all(options.run_id));
  show(release, published, options, context);
  return 0;
}

}  // namespace polyarch::app
