#pragma once
#include <map>
#include <string>
#include <vector>

#include "app/time_zone.hpp"
#include "ci/trigger.hpp"

// Tags made by rules from what the CI builds, in the words of docker/metadata-action. Pure.
namespace polyarch::app {

// "type=semver,pattern={{version}},enable=true": its attributes, with the defaults of its type filled in.
struct TagRule {
  std::string type;
  std::map<std::string, std::string> attributes;

  // Throws Error{usage} on an unknown type, a missing or an unknown attribute, or a value that cannot be.
  static TagRule parse(std::string_view text);
  const std::string& at(const std::string& name) const { return attributes.at(name); }
  int priority() const;
};

// What holds for all rules: "latest=auto,prefix=,suffix=", "prefix=v,onlatest=true".
struct Flavor {
  std::string latest = "auto";  // auto, true, false
  std::string prefix;
  std::string suffix;
  bool prefix_latest = false;
  bool suffix_latest = false;

  // Throws Error{usage}.
  static Flavor parse(const std::vector<std::string>& texts);
};

// What is named: the trigger, and the time.
struct Occasion {
  ci::Trigger trigger;
  Clock::Wall now;
  TimeZones zones = {};  // empty: UTC alone

  // `text` with {{branch}}, {{tag}}, {{sha}}, {{base_ref}}, {{is_default_branch}}, {{is_not_default_branch}},
  // {{date 'FORMAT' tz='ZONE'}} and {{commit_date 'FORMAT' tz='ZONE'}} replaced.
  std::string expand(std::string_view text) const;
};

struct TagNames {
  std::vector<std::string> names;     // the first says the version; none: no rule fits what is built
  std::vector<std::string> warnings;  // rules that could not be used
  std::string version() const { return names.empty() ? "" : names.front(); }
};

// Without rules, those of metadata-action hold: schedule, and ref for branch, tag and pull request.
TagNames name_tags(std::vector<TagRule> rules, const Flavor& flavor, const Occasion& occasion);

}  // namespace polyarch::app
