#include "spec/lines.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::spec {
namespace {

constexpr std::size_t max_bytes = 1U << 20;

// A shell test, `[ -x /app ]`, begins like an array too: what is not an array of strings is read as lines.
std::optional<std::vector<std::string>> parse_array(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  try {
    const auto array = parse_json(text, "list");
    const bool strings = std::ranges::all_of(array, [](const Json& value) { return value.is_string(); });
    if (strings) return array.get<std::vector<std::string>>();
  } catch (const Error&) {
  }
  return std::nullopt;
}

// Takes a quoted value off the front of `text`, which begins with its quote.
std::string take_quoted(std::string_view& text, std::string_view origin) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool doubled = text.substr(i, 2) == "\"\"";
    if (text[i] == '"' && !doubled) {
      text.remove_prefix(i + 1);
      return value;
    }
    value += text[i];
    if (doubled) ++i;
  }
  throw Error(ErrorKind::usage, fmt::format("{}: a value begins with a double quote that is never closed", origin),
              "close the quote; write a quote inside a quoted value twice");
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text::trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::vector<std::string> parse_lines(std::string_view text, std::string_view origin) {
  if (text.size() > max_bytes) {
    throw Error(ErrorKind::usage, fmt::format("{}: longer than 1 MiB", origin), "pass large values as files");
  }
  if (const auto array = parse_array(text::trim(text))) return *array;
  std::vector<std::string> values;
  while (!(text = text::trim(text)).empty()) {
    if (text.front() == '"') {
      auto value = take_quoted(text, origin);
      value += take_line(text);
      if (!value.empty()) values.push_back(std::move(value));
    } else {
      values.emplace_back(take_line(text));
    }
  }
  return values;
}

std::vector<std::string> split_ids(const std::vector<std::string>& values) {
  std::vector<std::string> out;
  for (const auto& value : values) {
    bool has_paths = false;
    for (auto part : text::split(value, ',')) {
      part = text::trim(part);
      const bool is_path = part.starts_with('/') || part.starts_with('.') || part.starts_with('~');
      if (has_paths && is_path) {
        out.back().append(",").append(part);
      } else if (!part.empty()) {
        out.emplace_back(part);
        has_paths = part.find('=') != std::string_view::npos;
      }
    }
  }
  return out;
}

}  // namespace polyarch::spec
