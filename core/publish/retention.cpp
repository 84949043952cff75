#include "publish/retention.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "publish/record.hpp"
#include "publish/tag_order.hpp"

namespace polyarch::publish {
namespace {

// Of what digest a tag such as "sha256-<hex>" or "sha256-<hex>.sig" speaks.
std::optional<Digest> companion_of(std::string_view tag) {
  const auto parts = text::cut(tag.substr(0, tag.find('.')), '-');
  if (!parts) return std::nullopt;
  const auto digest = fmt::format("{}:{}", parts->first, parts->second);
  return Digest::valid(digest) ? std::optional(Digest::parse(digest)) : std::nullopt;
}

class Planner {
 public:
  Planner(const Inventory& inventory, const Retention& retention, Clock::Wall now)
      : inventory_(inventory), retention_(retention), now_(now) {
    for (const auto& [tag, digest] : inventory.tags) {
      const auto subject = companion_of(tag);
      if (subject && inventory.manifests.contains(*subject)) companions_.emplace(*subject, tag);
    }
  }

  PrunePlan run() {
    judge();
    std::set<Digest> kept;
    std::set<Digest> gone;
    for (const auto& verdict : plan_.tags) {
      if (!verdict.goes && !speaks_of_another(verdict.tag)) reach(verdict.digest, true, kept);
    }
    for (const auto& verdict : plan_.tags)
      if (verdict.goes) reach(verdict.digest, false, gone);
    for (const auto& digest : kept) gone.erase(digest);
    for (auto& verdict : plan_.tags) settle(verdict, gone);
    for (const auto& digest : gone) order(digest, gone);
    std::ranges::reverse(plan_.manifests);
    return std::move(plan_);
  }

 private:
  bool speaks_of_another(const std::string& tag) const {
    return std::ranges::any_of(companions_, [&](const auto& one) { return one.second == tag; });
  }

  void judge() {
    for (const auto& [tag, digest] : inventory_.tags) {
      const auto manifest = inventory_.manifests.find(digest);
      plan_.tags.push_back(
          {tag, digest, manifest == inventory_.manifests.end() ? std::nullopt : manifest->second.created, false, ""});
    }
    std::vector<TagVerdict*> candidates;
    for (auto& verdict : plan_.tags) {
      verdict.reason = why_it_stays(verdict);
      if (verdict.reason.empty()) candidates.push_back(&verdict);
    }
    std::ranges::sort(candidates, [](const auto* a, const auto* b) {
      return a->created != b->created ? a->created > b->created : tag_before(b->tag, a->tag);
    });
    std::size_t newer = 0;  // images: a record is none
    for (auto* verdict : candidates) {
      if (retention_.keep && !Record::is_record(verdict->tag) && newer++ < *retention_.keep)
        verdict->reason = fmt::format("among the newest {}", *retention_.keep);
      else if (retention_.older_than && now_ - *verdict->created <= *retention_.older_than)
        verdict->reason = "not old enough";
      else
        verdict->goes = true;
    }
    std::ranges::sort(plan_.tags, [](const auto& a, const auto& b) { return tag_before(a.tag, b.tag); });
  }

  std::string why_it_stays(const TagVerdict& verdict) const {
    if (companion_of(verdict.tag)) return "goes with its image";
    if (Record::is_record(verdict.tag) && !retention_.older_than) return "a run's record";
    if (!fits(retention_.match, verdict.tag)) return "does not match";
    if (const auto reason = retention_.stay.find(verdict.tag); reason != retention_.stay.end()) return reason->second;
    if (!verdict.created) return "age unknown";
    return "";
  }

  // Adds what `digest` names to `found`, with its referrers; `up`: also what it is a referrer of.
  void reach(const Digest& digest, bool up, std::set<Digest>& found) const {
    std::vector<Digest> open{digest};
    while (!open.empty()) {
      const auto next = std::move(open.back());
      open.pop_back();
      if (!found.insert(next).second) continue;
      const auto manifest = inventory_.manifests.find(next);
      if (manifest == inventory_.manifests.end()) continue;
      const auto& [children, referrers, subject, created, content] = manifest->second;
      open.insert(open.end(), children.begin(), children.end());
      open.insert(open.end(), referrers.begin(), referrers.end());
      if (up && subject) open.push_back(*subject);
      const auto [first, last] = companions_.equal_range(next);
      for (auto tag = first; tag != last; ++tag) open.push_back(inventory_.tags.at(tag->second));
    }
  }

  void settle(TagVerdict& verdict, const std::set<Digest>& gone) {
    if (verdict.goes && !gone.contains(verdict.digest)) {
      verdict.reason = "its image stays: another tag needs it";
      plan_.untag.push_back(verdict.tag);
    } else if (!verdict.goes && gone.contains(verdict.digest)) {
      verdict.goes = true;
    }
  }

  // Children first, for run() to turn around.
  void order(const Digest& digest, const std::set<Digest>& gone) {
    if (!gone.contains(digest) || !ordered_.insert(digest).second) return;
    const auto manifest = inventory_.manifests.find(digest);
    if (manifest != inventory_.manifests.end()) {
      for (const auto& child : manifest->second.children) order(child, gone);
    }
    plan_.manifests.push_back(digest);
  }

  const Inventory& inventory_;
  const Retention& retention_;
  const Clock::Wall now_;
  std::multimap<Digest, std::string> companions_;  // tags, by what they speak of
  std::set<Digest> ordered_;
  PrunePlan plan_;
};

}  // namespace

PrunePlan plan_prune(const Inventory& inventory, const Retention& retention, Clock::Wall now) {
  return Planner(inventory, retention, now).run();
}

std::chrono::seconds parse_age(std::string_view text) {
  static const std::map<char, int> units{{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}, {'w', 604'800}};
  const auto unit = text.empty() ? units.end() : units.find(text.back());
  const auto number = unit == units.end() ? std::nullopt : text::to_number(text.substr(0, text.size() - 1));
  if (number && *number <= 1'000'000) return std::chrono::seconds(*number * static_cast<std::uint64_t>(unit->second));
  throw Error(ErrorKind::usage, fmt::format("'{}' is not an age", text::printable(text.substr(0, 40))),
              "write a number with its unit: 90m, 12h, 30d, 8w");
}

}  // namespace polyarch::publish
