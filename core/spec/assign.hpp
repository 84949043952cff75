#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "spec/option.hpp"

namespace polyarch::spec {

// From text to values. `origin` is the flag or the variable that the text came from; each throws Error{usage} that
// names it. Never shows the value of a secret.
bool to_flag(const Option& option, std::string_view origin, std::string_view text);
int to_integer(const Option& option, std::string_view origin, std::string_view text);
std::string to_text(const Option& option, std::string_view origin, std::string_view text);
std::vector<std::string> to_list(const Option& option, std::string_view origin, const std::vector<std::string>& texts);

// Sets the member of `field`. Of several texts for one value the last wins, as on a command line.
template <class T>
void assign(const Field<T>& field, T& options, std::string_view origin, const std::vector<std::string>& texts) {
  const auto option = describe(field);
  const auto set = [&](auto member) {
    auto& value = options.*member;
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, bool>) value = to_flag(option, origin, texts.back());
    if constexpr (std::is_same_v<Value, int>) value = to_integer(option, origin, texts.back());
    if constexpr (std::is_same_v<Value, std::string>) value = to_text(option, origin, texts.back());
    if constexpr (std::is_same_v<Value, std::vector<std::string>>) value = to_list(option, origin, texts);
  };
  if (!texts.empty()) std::visit(set, field.member);
}

}  // namespace polyarch::spec
