#include "app/tag_rules.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>

#include "app/moment_format.hpp"
#include "app/tag_pattern.hpp"
#include "app/template_text.hpp"
#include "app/version_number.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t short_commit = 7;
constexpr std::size_t longest_tag = 128;

bool on_default_branch(const ci::Trigger& trigger) {
  if (!trigger.branch.empty() && trigger.branch == trigger.default_branch) return true;
  // These always take the last commit of the default branch.
  if (!trigger.tag.empty() || !trigger.request.empty()) return false;
  return trigger.scheduled() || trigger.event.starts_with("issue") || trigger.event.starts_with("discussion");
}

ZoneTime zone_time(std::string_view name, Clock::Wall time, const TimeZones& zones) {
  if (name == "UTC" || name == "Etc/UTC" || name == "GMT") return {};
  const auto zone = zones ? zones(name) : std::nullopt;
  if (zone) return zone->at(time);
  throw Error(
      ErrorKind::usage, fmt::format("this machine knows no time zone '{}'", text::printable(name)),
      "write it as the time zone database does, Europe/Berlin, and install tzdata; without tz, times are in UTC");
}

std::string date_value(const Expression& expression, Clock::Wall time, const TimeZones& zones) {
  ZoneTime zone;
  for (const auto& [name, value] : expression.options) {
    if (name != "tz") {
      throw Error(ErrorKind::usage,
                  fmt::format("{}: there is no attribute '{}'", expression.name, text::printable(name)),
                  "write {{date 'FORMAT' tz='ZONE'}}");
    }
    zone = zone_time(value, time, zones);
  }
  return moment_format(time, expression.argument, zone);
}

// What a tag may hold: a run of other characters becomes a dash, and it begins with a letter, a digit or an underscore.
std::string sanitized(std::string_view text) {
  std::string out;
  bool in_run = false;
  for (const char c : text) {
    const bool good = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    if (good || !in_run) out += good ? c : '-';
    in_run = !good;
  }
  out.erase(0, std::min(out.find_first_not_of("-."), out.size()));
  return out.substr(0, longest_tag);
}

// One rule's name for what is built, and whether it is the latest of its kind.
struct RuleResult {
  std::string name;  // empty: the rule is for something else
  bool latest = false;
};

class Namer {
 public:
  Namer(const Flavor& flavor, const Occasion& occasion) : flavor_(flavor), occasion_(occasion) {}

  void apply(const TagRule& rule) {
    const auto enabled = occasion_.expand(rule.at("enable"));
    if (enabled != "true" && enabled != "false") {
      throw Error(ErrorKind::usage, fmt::format("enable={} is neither true nor false", text::printable(enabled)));
    }
    if (enabled == "false") return;
    const auto result = result_of(rule);
    if (result.name.empty()) return;
    add(sanitized(framed(rule, result.name)));
    if (!latest_) latest_ = flavor_.latest == "auto" ? result.latest : flavor_.latest == "true";
  }

  TagNames names() {
    if (!out_.names.empty() && latest_.value_or(false)) {
      add(sanitized((flavor_.prefix_latest ? occasion_.expand(flavor_.prefix) : "") + "latest" +
                    (flavor_.suffix_latest ? occasion_.expand(flavor_.suffix) : "")));
    }
    return out_;
  }

 private:
  void add(const std::string& name) {
    if (!name.empty() && std::ranges::find(out_.names, name) == out_.names.end()) out_.names.push_back(name);
  }

  void warn(std::string message) { out_.warnings.push_back(std::move(message)); }

  RuleResult result_of(const TagRule& rule) {
    const auto& trigger = occasion_.trigger;
    if (rule.type == "schedule") return {trigger.scheduled() ? occasion_.expand(rule.at("pattern")) : "", false};
    if (rule.type == "semver" || rule.type == "pep440") return version_of(rule);
    if (rule.type == "match") return match_of(rule);
    if (rule.type == "edge") {
      const auto& branch = rule.at("branch").empty() ? trigger.default_branch : rule.at("branch");
      return {!branch.empty() && trigger.branch == branch ? "edge" : "", false};
    }
    if (rule.type == "ref") {
      const auto& event = rule.at("event");
      if (event == "branch") return {trigger.branch, false};
      return event == "tag" ? RuleResult{trigger.tag, true} : RuleResult{trigger.request, false};
    }
    if (rule.type == "raw") return {occasion_.expand(rule.at("value")), false};
    return {rule.at("format") == "short" ? trigger.commit.substr(0, short_commit) : trigger.commit, false};
  }

  // The value that a rule was given, else the tag of Git; empty: neither.
  std::string subject(const TagRule& rule) const {
    return rule.at("value").empty() ? occasion_.trigger.tag : occasion_.expand(rule.at("value"));
  }

  RuleResult version_of(const TagRule& rule) {
    auto text = subject(rule);
    if (text.empty()) return {};
    if (!rule.at("match").empty()) {
      if (auto part = matched(rule.at("match"), text, 1))
        text = *std::move(part);
      else
        warn(fmt::format("{} does not match {}", rule.at("match"), text));
    }
    text = text::replace_all(text, "/", "-");
    const auto version = rule.type == "semver" ? parse_semver(text) : parse_pep440(text);
    if (!version) {
      warn(fmt::format("{} is no version as type={} wants it", text, rule.type));
      return {};
    }
    const auto& pattern = rule.at("pattern");
    if (version->released) return {expand_version(pattern, *version), true};
    // A pre-release must not move the tags of releases.
    const auto words = expressions_of(pattern);
    const bool raw =
        words.size() == 1 && words[0].name == "raw" && pattern.starts_with("{{") && pattern.ends_with("}}");
    return {raw ? version->raw : version->version, false};
  }

  std::string expand_version(const std::string& pattern, const VersionNumber& version) const {
    return expand_template(pattern, [&](const Expression& expression) -> std::optional<std::string> {
      if (expression.name == "raw") return version.raw;
      if (expression.name == "version") return version.version;
      if (expression.name == "major") return version.major;
      if (expression.name == "minor") return version.minor;
      if (expression.name == "patch") return version.patch;
      return std::nullopt;
    });
  }

  RuleResult match_of(const TagRule& rule) {
    const auto text = subject(rule);
    if (text.empty()) return {};
    const auto group = static_cast<std::size_t>(text::to_number(rule.at("group")).value_or(0));
    const auto found = matched(rule.at("pattern"), text, group);
    if (!found) warn(fmt::format("{} with group {} does not match {}", rule.at("pattern"), group, text));
    return {found.value_or(""), true};
  }

  std::string framed(const TagRule& rule, const std::string& name) const {
    const auto part = [&](const char* key, const std::string& fallback) {
      const auto own = rule.attributes.find(key);
      return occasion_.expand(own == rule.attributes.end() ? fallback : own->second);
    };
    return part("prefix", flavor_.prefix) + name + part("suffix", flavor_.suffix);
  }

  const Flavor& flavor_;
  const Occasion& occasion_;
  TagNames out_;
  std::optional<bool> latest_;  // the first name decides
};

}  // namespace

std::string Occasion::expand(std::string_view text) const {
  return expand_template(text, [&](const Expression& expression) -> std::optional<std::string> {
    const auto& name = expression.name;
    if (name == "branch") return trigger.branch;
    if (name == "tag") return trigger.tag;
    if (name == "sha") return trigger.commit.substr(0, short_commit);
    if (name == "base_ref") return trigger.base;
    if (name == "is_default_branch") return on_default_branch(trigger) ? "true" : "false";
    if (name == "is_not_default_branch") return on_default_branch(trigger) ? "false" : "true";
    if (name == "date") return date_value(expression, now, zones);
    if (name == "commit_date") return date_value(expression, trigger.commit_date.value_or(now), zones);
    return std::nullopt;
  });
}

TagNames name_tags(std::vector<TagRule> rules, const Flavor& flavor, const Occasion& occasion) {
  if (rules.empty()) {
    for (const auto* text : {"type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr"}) {
      rules.push_back(TagRule::parse(text));
    }
  }
  std::ranges::stable_sort(rules, std::greater{}, &TagRule::priority);
  Namer namer(flavor, occasion);
  for (const auto& rule : rules) namer.apply(rule);
  return namer.names();
}

}  // namespace polyarch::app
