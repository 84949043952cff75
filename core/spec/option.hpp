#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "spec/field.hpp"

namespace polyarch::spec {

// A field without the type of its struct: all that help, docs, completions and generated files need to know.
struct Option {
  std::string_view name;
  std::string_view help;
  Kind kind = Kind::text;
  std::string default_value;  // "" when there is none
  Traits more;

  std::string flag() const;         // "--build-arg"
  std::string label() const;        // how people call it: "--build-arg", or "CONTEXT" when positional
  std::string placeholder() const;  // "KEY=VALUE", "auto|plain", "" of a flag
  std::string_view input() const;   // "build-args"
  // Every environment variable that sets it, best first: POLYARCH_BUILD_ARG, POLYARCH_BUILD_ARGS.
  std::vector<std::string> variables() const;
};

struct CommandInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view details;
  std::string_view examples;
  std::vector<Option> options;
};

std::string_view title(Group group);

template <class T>
Option describe(const Field<T>& field) {
  const T defaults{};
  const auto text = [&](auto member) -> std::string {
    using Value = std::decay_t<decltype(defaults.*member)>;
    if constexpr (std::is_same_v<Value, bool>) return defaults.*member ? "true" : "false";
    if constexpr (std::is_same_v<Value, int>) return std::to_string(defaults.*member);
    if constexpr (std::is_same_v<Value, std::string>) return defaults.*member;
    return {};
  };
  return {.name = field.name,
          .help = field.help,
          .kind = static_cast<Kind>(field.member.index()),
          .default_value = std::visit(text, field.member),
          .more = field.more};
}

template <class T>
CommandInfo describe(const Command<T>& command) {
  CommandInfo info{command.name, command.summary, command.details, command.examples, {}};
  for (const auto& field : command.fields) info.options.push_back(describe(field));
  return info;
}

}  // namespace polyarch::spec
