#include "buildkit/step_name.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::buildkit {
namespace {

constexpr std::array silent_work{
    std::string_view("importing cache manifest"),
    std::string_view("inferred cache manifest type"),
    std::string_view("resolving provenance"),
};

std::optional<oci::Platform> platform_or_none(std::string_view text) {
  try {
    return oci::Platform::parse(text);
  } catch (const Error&) {
    return std::nullopt;  // a platform that is newer than we are
  }
}

std::optional<int> counter_part(std::string_view text) {
  const auto number = text::to_number(text);
  if (!number || *number > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*number);
}

bool parse_counter(std::string_view word, StepName& name) {
  const auto parts = text::cut(word, '/');
  if (!parts) return false;
  const auto index = counter_part(parts->first);
  const auto total = counter_part(parts->second);
  if (!index || !total) return false;
  name.index = *index;
  name.total = *total;
  return true;
}

// "linux/amd64->arm64": the operating system of the target is left out when it is the same.
void parse_platforms(std::string_view word, StepName& name) {
  const auto arrow = word.find("->");
  name.runs_on = platform_or_none(word.substr(0, arrow));
  name.target = name.runs_on;
  if (arrow == std::string_view::npos || !name.runs_on) return;
  const auto target = word.substr(arrow + 2);
  name.target = platform_or_none(fmt::format("{}/{}", name.runs_on->os, target));
  if (!name.target) name.target = platform_or_none(target);
}

bool marks_internal(std::string_view word) {
  return word == "internal" || word == "auth" || word == "context";
}

void parse_tag(std::string_view tag, StepName& name) {
  std::string_view mark;
  for (const auto word : text::split(tag, ' ')) {
    if (word.empty() || parse_counter(word, name)) continue;
    if (marks_internal(word)) {
      mark = word;
    } else if (word.find('/') != std::string_view::npos && !name.runs_on) {
      parse_platforms(word, name);
    } else {
      name.stage = word;
    }
  }
  name.internal = !mark.empty() && name.total == 0;
  if (!mark.empty() && name.total > 0) name.stage = mark;  // steps of a Dockerfile are counted: a stage of that name
}

}  // namespace

StepName parse_step_name(std::string_view name) {
  StepName parsed;
  const auto end = name.find("] ");
  if (name.starts_with('[') && end != std::string_view::npos) {
    parse_tag(name.substr(1, end - 1), parsed);
    parsed.text = name.substr(end + 2);
    return parsed;
  }
  parsed.text = name;
  parsed.internal = std::ranges::any_of(silent_work, [name](auto work) { return name.starts_with(work); });
  return parsed;
}

}  // namespace polyarch::buildkit
