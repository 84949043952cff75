#include "spec/environment.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "spec/lines.hpp"

namespace polyarch::spec {
namespace {

struct Found {
  std::string origin;
  std::string text;
};

std::optional<Found> look_up(const std::string& name, const Option& option, const Surroundings& surroundings) {
  if (auto text = surroundings.variable(name)) return Found{name, std::move(*text)};
  if (!option.more.secret) return std::nullopt;
  const auto file_variable = name + "_FILE";
  const auto path = surroundings.variable(file_variable);
  if (!path) return std::nullopt;
  return Found{file_variable, surroundings.file(*path)};
}

std::optional<Found> look_up(const Option& option, const Surroundings& surroundings) {
  std::optional<Found> found;
  for (const auto& name : option.variables()) {
    auto next = look_up(name, option, surroundings);
    if (found && next && found->text != next->text) {
      throw Error(ErrorKind::usage,
                  fmt::format("{} and {} are both set, to different values", found->origin, next->origin),
                  "unset one of them: they are two names of one option");
    }
    if (!found) found = std::move(next);
  }
  return found;
}

void remember_secret(std::string_view value) {
  redactor().add(value);
  if (const auto pair = text::cut(value, '=')) redactor().add(pair->second);
}

}  // namespace

std::optional<Setting> find_setting(const Option& option, const Surroundings& surroundings) {
  auto found = look_up(option, surroundings);
  if (!found) return std::nullopt;
  if (option.more.secret) remember_secret(found->text);
  Setting setting{std::move(found->origin), {}};
  if (option.kind == Kind::list) {
    setting.values = parse_lines(found->text, setting.origin);
    if (option.more.paths) setting.values = split_ids(setting.values);
  } else {
    setting.values = {std::string(text::trim(found->text))};
  }
  if (option.more.secret) {
    for (const auto& value : setting.values) remember_secret(value);
  }
  return setting;
}

}  // namespace polyarch::spec
