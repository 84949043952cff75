#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"

namespace polyarch::publish {

// A repository as pruning sees it.
struct Inventory {
  enum class Content { other, snapshot, layer_cache };
  struct Manifest {
    std::vector<Digest> children;   // of an index
    std::vector<Digest> referrers;  // that name it as their subject
    std::optional<Digest> subject;
    std::optional<Clock::Wall> created;  // of an index: of the newest of its images
    Content content = Content::other;
  };
  std::map<std::string, Digest> tags;
  std::map<Digest, Manifest> manifests;
};

// Which tags may go: those that match, are not among the newest `keep` of these, and are older than `older_than`. The
// records of runs go by `older_than` alone, which is how those of a run that nobody finished ever go.
struct Retention {
  std::optional<std::uint64_t> keep;
  std::optional<std::chrono::seconds> older_than;
  std::string match = "*";
  std::map<std::string, std::string> stay;  // tags that stay whatever the rest says, and why
};

struct TagVerdict {
  std::string tag;
  Digest digest;
  std::optional<Clock::Wall> created;
  bool goes = false;
  std::string reason;
};

struct PrunePlan {
  std::vector<TagVerdict> tags;    // in the order of tag_before()
  std::vector<std::string> untag;  // tags to take away from an image that stays
  std::vector<Digest> manifests;   // to delete, an index before what it names: no index ever lacks a child
};

// Pure. Whatever a tag that stays reaches stays: children, referrers, the subject of a referrer. A tag whose age cannot
// be told stays. Tags that clients make for a digest ("sha256-…", the list of its referrers; "sha256-….sig") share the
// fate of that image.
PrunePlan plan_prune(const Inventory& inventory, const Retention& retention, Clock::Wall now);

// "90m", "12h", "30d", "8w"; throws Error{usage} on anything else.
std::chrono::seconds parse_age(std::string_view text);

}  // namespace polyarch::publish
