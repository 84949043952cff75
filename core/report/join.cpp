#include "report/join.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/error.hpp"
#include "report/outside_text.hpp"

namespace polyarch::report {
namespace {

// A leg, and the report that tells most of it.
struct Found {
  const Leg* leg;
  const Run* run;

  // Later than the other; of the same build, the report of the job that built it, which has fewer legs.
  bool better_than(const Found& other) const {
    if (leg->started != other.leg->started) return leg->started > other.leg->started;
    if (leg->started || run->started == other.run->started) return run->legs.size() < other.run->legs.size();
    return run->started > other.run->started;
  }
};

void check_same_run(const std::vector<Run>& parts) {
  if (parts.empty()) throw Error(ErrorKind::input, "there is no report to join");
  for (const auto& part : parts) {
    if (part.id == parts.front().id) continue;
    throw Error(ErrorKind::input,
                fmt::format("these reports are of different runs: '{}' and '{}'", one_line(parts.front().id),
                            one_line(part.id)),
                "give the reports of the jobs of one run");
  }
}

std::vector<Found> best_legs(const std::vector<Run>& parts) {
  std::vector<Found> best;
  for (const auto& part : parts) {
    for (const auto& leg : part.legs) {
      const Found found{&leg, &part};
      const auto known =
          std::ranges::find_if(best, [&](const auto& other) { return other.leg->platform == leg.platform; });
      if (known == best.end()) {
        best.push_back(found);
      } else if (found.better_than(*known)) {
        *known = found;
      }
    }
  }
  std::ranges::stable_sort(best, {}, [](const auto& found) { return found.leg->platform; });
  return best;
}

// Steps of a leg come from the report that the leg comes from; shared ones from all of these, each once.
void add_steps(Run& whole, const std::vector<Found>& legs, const std::vector<const Run*>& used) {
  for (const auto& found : legs) {
    std::ranges::copy_if(found.run->steps, std::back_inserter(whole.steps),
                         [&](const auto& step) { return step.platform == found.leg->platform; });
  }
  std::set<std::pair<std::string, std::optional<Time>>> seen;
  for (const auto* run : used) {
    for (const auto& step : run->steps) {
      if (!step.platform && seen.emplace(step.id, step.started).second) whole.steps.push_back(step);
    }
  }
}

void add_warnings(Run& whole, const Run& part) {
  for (const auto& warning : part.warnings) {
    const bool known = std::ranges::any_of(whole.warnings, [&](const auto& other) {
      return other.message == warning.message && other.file == warning.file && other.line == warning.line;
    });
    if (!known) whole.warnings.push_back(warning);
  }
}

// What was published, else the first thing that went wrong.
void add_outcome(Run& whole, const std::vector<const Run*>& used) {
  const auto published = std::ranges::find_if(used, [](const auto* run) { return !run->digest.empty(); });
  if (published != used.end()) {
    whole.result = (*published)->result;
    whole.error = (*published)->error;
    whole.reference = (*published)->reference;
    whole.digest = (*published)->digest;
    whole.tags = (*published)->tags;
    return;
  }
  const auto bad = std::ranges::find_if(used, [](const auto* run) { return run->result != Result::passed; });
  if (bad == used.end()) return;
  whole.result = (*bad)->result;
  whole.error = (*bad)->error;
}

}  // namespace

Run join(std::vector<Run> parts) {
  check_same_run(parts);
  // So that their order does not matter: the newest first.
  std::ranges::stable_sort(parts, std::greater{}, &Run::started);
  if (parts.size() == 1) return std::move(parts.front());
  const auto legs = best_legs(parts);
  std::vector<const Run*> used;
  for (const auto& part : parts) {
    const bool tells = part.legs.empty() || !part.digest.empty() ||
                       std::ranges::any_of(legs, [&](const auto& found) { return found.run == &part; });
    if (tells) used.push_back(&part);
  }
  Run whole;
  const auto& first = *used.back();
  whole.id = first.id;
  whole.engine_version = first.engine_version;
  whole.context = first.context;
  whole.dockerfile = first.dockerfile;
  whole.started = first.started;
  for (const auto& found : legs) whole.legs.push_back(*found.leg);
  add_steps(whole, legs, used);
  auto end = first.started + first.duration;
  for (const auto* part : used) {
    add_warnings(whole, *part);
    std::ranges::copy(part->mounts, std::back_inserter(whole.mounts));
    end = std::max(end, part->started + part->duration);
  }
  whole.duration = std::chrono::duration_cast<std::chrono::milliseconds>(end - first.started);
  add_outcome(whole, used);
  return whole;
}

}  // namespace polyarch::report
