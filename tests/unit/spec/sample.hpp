#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "spec/field.hpp"

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
