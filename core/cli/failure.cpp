#include "cli/failure.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/redact.hpp"

namespace polyarch::cli {

Failure describe_failure(const std::exception& exception) {
  const auto* error = dynamic_cast<const Error*>(&exception);
  if (!error) {
    return {redactor().apply(fmt::format("error: this is a defect of polyarch: {}\n"
                                         "  please report it, with what was run; --verbose shows more\n",
                                         exception.what())),
            describe(ErrorKind::failed).exit_code};
  }
  auto text = fmt::format("error: {}\n", error->message());
  if (!error->hint().empty()) text += fmt::format("  hint: {}\n", error->hint());
  return {redactor().apply(text), describe(error->kind()).exit_code};
}

}  // namespace polyarch::cli
