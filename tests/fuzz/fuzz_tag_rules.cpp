#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>

#include "app/tag_rules.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace text = polyarch::text;
using polyarch::app::Flavor;
using polyarch::app::Occasion;
using polyarch::app::TagRule;

static bool is_tag(std::string_view name) {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !name.empty() && name.size() <= 128 && letters.find(name.front()) != std::string_view::npos &&
         std::ranges::all_of(name,
                             [](char c) { return c == '.' || c == '-' || letters.find(c) != std::string_view::npos; });
}

// "branch=main", "event=schedule": what is built. False: another line.
static bool read_trigger_line(std::string_view line, polyarch::ci::Trigger& trigger) {
  const auto pair = text::cut(line, '=');
  if (!pair) return false;
  for (const auto& [key, member] : {std::pair{"branch", &polyarch::ci::Trigger::branch},
                                    {"tag", &polyarch::ci::Trigger::tag},
                                    {"request", &polyarch::ci::Trigger::request},
                                    {"base", &polyarch::ci::Trigger::base},
                                    {"default", &polyarch::ci::Trigger::default_branch},
                                    {"event", &polyarch::ci::Trigger::event}}) {
    if (pair->first != key) continue;
    trigger.*member = pair->second;
    return true;
  }
  return false;
}

// Whatever the rules and the names of Git are, a name is one that a tag may have, and there once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Occasion occasion{.now = polyarch::Clock::Wall{std::chrono::seconds(1'578'616'200)}};
  occasion.trigger.commit = "90dd6032fac8bda1b6c4436a2e65de27961ed071";
  std::vector<TagRule> rules;
  std::vector<std::string> flavors;
  try {
    for (const auto line : text::split({reinterpret_cast<const char*>(data), size}, '\n')) {
      if (line.starts_with("flavor "))
        flavors.emplace_back(line.substr(7));
      else if (!line.empty() && !read_trigger_line(line, occasion.trigger))
        rules.push_back(TagRule::parse(line));
    }
    const auto made = polyarch::app::name_tags(rules, Flavor::parse(flavors), occasion);
    if (!std::ranges::all_of(made.names, is_tag)) __builtin_trap();
    if (std::set(made.names.begin(), made.names.end()).size() != made.names.size()) __builtin_trap();
  } catch (const polyarch::Error&) {
  }
  return 0;
}
