#include "spec/validate.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace polyarch::spec {

void throw_missing(std::string_view command, const Option& option) {
  const auto hint = option.more.positional ? fmt::format("polyarch {} {}: {}", command, option.label(), option.help)
                                           : fmt::format("polyarch {} {} {}: {}", command, option.flag(),
                                                         option.placeholder(), option.help);
  throw Error(ErrorKind::usage, fmt::format("{} needs {}", command, option.label()), hint);
}

}  // namespace polyarch::spec
