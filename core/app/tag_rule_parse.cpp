#include <algorithm>
#include <fmt/core.h>

#include "app/tag_rules.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

using Attributes = std::map<std::string, std::string>;

struct RuleType {
  std::string_view name;
  std::string_view priority;
  Attributes defaults;                 // what it knows beside enable, priority, prefix and suffix
  std::vector<std::string> mandatory;  // of these
};

const std::vector<RuleType>& rule_types() {
  static const std::vector<RuleType> types{
      {"schedule", "1000", {{"pattern", "nightly"}}, {}},
      {"semver", "900", {{"pattern", ""}, {"value", ""}, {"match", ""}}, {"pattern"}},
      {"pep440", "900", {{"pattern", ""}, {"value", ""}, {"match", ""}}, {"pattern"}},
      {"match", "800", {{"pattern", ""}, {"value", ""}, {"group", "0"}}, {"pattern"}},
      {"edge", "700", {{"branch", ""}}, {}},
      {"ref", "600", {{"event", ""}}, {"event"}},
      {"raw", "200", {{"value", ""}}, {"value"}},
      {"sha", "100", {{"format", "short"}}, {}},
  };
  return types;
}

[[noreturn]] void refuse_rule(std::string_view text, const std::string& problem) {
  throw Error(ErrorKind::usage, fmt::format("the tag rule '{}' {}", text::printable(text), problem),
              "write it as docs/tags.md shows, such as type=semver,pattern={{version}}");
}

// The fields of one line of CSV; a field in quotes may hold commas.
std::vector<std::string> csv_fields(std::string_view text) {
  std::vector<std::string> fields{""};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += text[++i];
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

// "key=value"; without a key, the key is "value".
std::pair<std::string, std::string> attribute_of(const std::string& field) {
  const auto parts = text::cut(field, '=');
  if (!parts) return {"value", std::string(text::trim(field))};
  return {text::lower(text::trim(parts->first)), std::string(text::trim(parts->second))};
}

void check_choice(std::string_view text, const TagRule& rule, const std::string& name,
                  const std::vector<std::string>& choices) {
  const auto found = rule.attributes.find(name);
  if (found == rule.attributes.end() || std::ranges::find(choices, found->second) != choices.end()) return;
  refuse_rule(text, fmt::format("wants {} to be {}", name, text::join(choices, " or ")));
}

void fill_in(std::string_view text, const RuleType& type, TagRule& rule) {
  for (const auto& [name, value] : rule.attributes) {
    const bool common = name == "enable" || name == "priority" || name == "prefix" || name == "suffix";
    if (!common && !type.defaults.contains(name)) refuse_rule(text, fmt::format("knows no attribute '{}'", name));
  }
  for (const auto& name : type.mandatory) {
    if (!rule.attributes.contains(name)) refuse_rule(text, fmt::format("needs the attribute '{}'", name));
  }
  rule.attributes.insert(type.defaults.begin(), type.defaults.end());
  rule.attributes.try_emplace("enable", "true");
  rule.attributes.try_emplace("priority", type.priority);
  if (rule.type == "sha") rule.attributes.try_emplace("prefix", "sha-");
  if (rule.type == "ref" && rule.at("event") == "pr") rule.attributes.try_emplace("prefix", "pr-");
}

}  // namespace

TagRule TagRule::parse(std::string_view text) {
  TagRule rule{.type = "raw"};
  for (const auto& field : csv_fields(text)) {
    auto [name, value] = attribute_of(field);
    if (name == "type")
      rule.type = value;
    else if (!value.empty() || name != "value")
      rule.attributes[name] = value;
  }
  const auto type = std::ranges::find(rule_types(), rule.type, &RuleType::name);
  if (type == rule_types().end()) refuse_rule(text, fmt::format("is of an unknown type '{}'", rule.type));
  fill_in(text, *type, rule);
  check_choice(text, rule, "event", {"branch", "tag", "pr"});
  check_choice(text, rule, "format", {"short", "long"});
  for (const auto* number : {"priority", "group"}) {
    const auto found = rule.attributes.find(number);
    if (found != rule.attributes.end() && text::to_number(found->second).value_or(1'000'000) >= 1'000'000) {
      refuse_rule(text, fmt::format("wants {} to be a number", number));
    }
  }
  return rule;
}

int TagRule::priority() const {
  return static_cast<int>(text::to_number(at("priority")).value_or(0));
}

Flavor Flavor::parse(const std::vector<std::string>& texts) {
  Flavor flavor;
  const auto refuse = [](std::string_view text) {
    throw Error(ErrorKind::usage, fmt::format("--flavor '{}' is not understood", text::printable(text)),
                "write latest=auto|true|false, prefix=TEXT or suffix=TEXT, and ,onlatest=true after these two");
  };
  for (const auto& text : texts) {
    bool* on_latest = nullptr;
    for (const auto& field : csv_fields(text)) {
      const auto [name, value] = attribute_of(field);
      if (name == "latest" && (value == "auto" || value == "true" || value == "false")) {
        flavor.latest = value;
      } else if (name == "prefix") {
        flavor.prefix = value;
        on_latest = &flavor.prefix_latest;
      } else if (name == "suffix") {
        flavor.suffix = value;
        on_latest = &flavor.suffix_latest;
      } else if (name == "onlatest" && on_latest != nullptr && (value == "true" || value == "false")) {
        *on_latest = value == "true";
      } else {
        refuse(text);
      }
    }
  }
  return flavor;
}

}  // namespace polyarch::app
