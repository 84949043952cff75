#pragma once
#include "spec/option.hpp"

namespace polyarch::spec {

// Throws Error{usage}: `option` of `command` is required and was not given.
[[noreturn]] void throw_missing(std::string_view command, const Option& option);

// What holds once every source was read: required fields are there. Choices are checked where a value comes in.
template <class T>
void validate(const Command<T>& command, const T& options) {
  const auto absent = [&](auto member) {
    if constexpr (requires { (options.*member).empty(); }) return (options.*member).empty();
    return false;
  };
  for (const auto& field : command.fields) {
    if (field.more.required && std::visit(absent, field.member)) throw_missing(command.name, describe(field));
  }
}

}  // namespace polyarch::spec
