#include "ci/github_commands.hpp"

#include <fmt/format.h>
#include <random>

#include "base/text.hpp"

namespace polyarch::ci {
namespace {

// What ends a command, or stands for such a byte, in its value.
std::string escape_value(std::string_view text) {
  auto out = text::replace_all(text, "%", "%25");
  out = text::replace_all(out, "\r", "%0D");
  return text::replace_all(out, "\n", "%0A");
}

std::string escape_property(std::string_view text) {
  return text::replace_all(text::replace_all(escape_value(text), ":", "%3A"), ",", "%2C");
}

// Text from outside may hold escape sequences; its lines stay.
std::string printable_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : text::split(text::trim(text), '\n')) lines.push_back(text::printable(line));
  return text::join(lines, "\n");
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::notice:
      break;
  }
  return "notice";
}

}  // namespace

std::string github_annotation(const Annotation& annotation) {
  std::vector<std::string> properties;
  const auto add = [&](std::string_view name, std::string_view value) {
    properties.push_back(fmt::format("{}={}", name, escape_property(text::printable(value))));
  };
  if (!annotation.title.empty()) add("title", annotation.title);
  if (!annotation.file.empty()) add("file", annotation.file);
  if (!annotation.file.empty() && annotation.line > 0) add("line", std::to_string(annotation.line));
  return fmt::format("::{}{}{}::{}\n", name_of(annotation.severity), properties.empty() ? "" : " ",
                     text::join(properties, ","), escape_value(printable_lines(annotation.message)));
}

std::string github_mask(std::string_view secret) {
  return fmt::format("::add-mask::{}\n", escape_value(secret));
}

// A value cannot guess the delimiter, so it cannot end its own entry and begin another.
std::string github_output(std::string_view name, std::string_view value) {
  std::random_device random;
  const auto delimiter = fmt::format("polyarch-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
  return fmt::format("{}<<{}\n{}\n{}\n", name, delimiter, value, delimiter);
}

}  // namespace polyarch::ci
