#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "spec/assign.hpp"

namespace polyarch::spec {

// Where values come from besides the command line: seams, so that this room touches neither process nor files.
struct Surroundings {
  std::function<std::optional<std::string>(std::string_view name)> variable;  // nullopt: unset or empty
  std::function<std::string(const std::string& path)> file;                   // throws Error when it cannot be read
};

struct Setting {
  std::string origin;  // the variable
  std::vector<std::string> values;
};

// What the environment says about `option`. A secret may also stand in a file that POLYARCH_<NAME>_FILE names; its
// values are known to redactor() from here on. Throws Error{usage} that names the variable.
std::optional<Setting> find_setting(const Option& option, const Surroundings& surroundings);

template <class T>
void bind_environment(const Command<T>& command, T& options, const Surroundings& surroundings) {
  for (const auto& field : command.fields) {
    if (const auto setting = find_setting(describe(field), surroundings)) {
      assign(field, options, setting->origin, setting->values);
    }
  }
}

}  // namespace polyarch::spec
