#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "spec/environment.hpp"

namespace polyarch::spec {

// A command with a field of every kind.
struct Sample {
  bool push = false;
  int count = 3;
  std::string mode = "auto";
  std::vector<std::string> tags;
  std::vector<std::string> args;
  std::string token;
};

inline Command<Sample> sample_command() {
  return {"sample",
          "A sample",
          "",
          "",
          {{"push", &Sample::push, "Push it"},
           {"count", &Sample::count, "How many"},
           {"mode", &Sample::mode, "Which way", {.choices = {"auto", "off"}}},
           {"tag", &Sample::tags, "Names", {.input = "tags", .comma = true, .required = true}},
           {"build-arg", &Sample::args, "Arguments"},
           {"token", &Sample::token, "A secret", {.secret = true}}}};
}

// Surroundings with these variables, and files that hold their own path after "content of ".
inline Surroundings surroundings(std::map<std::string, std::string, std::less<>> variables) {
  return {.variable = [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          .file = [](const std::string& path) { return "content of " + path + "\n"; }};
}

// What `action` complains about; "" when it does not.
template <class Action>
std::string usage_error(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::usage ? error.message() : "of another kind: " + error.message();
  }
  return {};
}

}  // namespace polyarch::spec
