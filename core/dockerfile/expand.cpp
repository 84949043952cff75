#include "dockerfile/expand.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "dockerfile/words.hpp"

namespace polyarch::dockerfile {
namespace {

constexpr int max_depth = 32;
constexpr std::size_t max_value = 4U << 10;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Text that may be unknown: what is added to the unknown stays unknown.
using Text = std::optional<std::string>;

void append(Text& text, const Text& more) {
  if (text && more && text->size() + more->size() <= max_value) {
    *text += *more;
  } else {
    text.reset();
  }
}

// Reads an expression from its front to its end. The methods return false on a syntax that is not understood.
class Expander {
 public:
  Expander(std::string_view text, const Arguments& values, char escape)
      : rest_(text), values_(values), escape_(escape) {}

  Text run() {
    Text out = "";
    return words(out, /*end=*/'\0', 0) ? out : std::nullopt;
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  // Up to `end`, which is taken too; '\0' stands for the end of the text.
  bool words(Text& out, char end, int depth) {
    char quote = 0;
    while (!rest_.empty()) {
      const char c = take();
      if (c == end && quote == 0) return true;
      if (c == escape_ && quote != '\'') {
        if (!rest_.empty()) append(out, std::string(1, take()));
      } else if (c == '$' && quote != '\'') {
        if (!substitution(out, depth)) return false;
      } else if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else {
        append(out, std::string(1, c));
      }
    }
    return end == '\0' && quote == 0;
  }

  bool substitution(Text& out, int depth) {
    const bool braces = rest_.starts_with('{');
    if (braces) rest_.remove_prefix(1);
    const auto name = take_name();
    if (name.empty()) return false;
    if (braces) return in_braces(name, out, depth);
    append(out, find(name));
    return true;
  }

  bool in_braces(const std::string& name, Text& out, int depth) {
    auto value = find(name);
    if (rest_.starts_with(':')) {
      rest_.remove_prefix(1);
      if (value && value->empty()) value.reset();
    }
    if (rest_.empty() || depth >= max_depth) return false;
    const char modifier = take();
    if (modifier == '}') {
      append(out, value);
      return true;
    }
    Text word = "";
    if (!words(word, '}', depth + 1)) return false;
    switch (modifier) {
      case '-':
        append(out, value ? value : word);
        return true;
      case '+':
        append(out, value ? word : "");
        return true;
      case '?':
        append(out, value);
        return true;
      default:
        return false;
    }
  }

  std::string take_name() {
    const auto end = std::ranges::find_if_not(rest_, is_name_char);
    std::string name(rest_.begin(), end);
    rest_.remove_prefix(name.size());
    return name;
  }

  Text find(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : Text(found->second);
  }

  std::string_view rest_;
  const Arguments& values_;
  char escape_;
};

Arguments platform_arguments(const oci::Platform& platform, const oci::Platform& build_platform) {
  return {
      {"TARGETPLATFORM", platform.str()},       {"TARGETOS", platform.os},
      {"TARGETARCH", platform.architecture},    {"TARGETVARIANT", platform.variant},
      {"TARGETOSVERSION", platform.os_version}, {"BUILDPLATFORM", build_platform.str()},
      {"BUILDOS", build_platform.os},           {"BUILDARCH", build_platform.architecture},
      {"BUILDVARIANT", build_platform.variant}, {"BUILDOSVERSION", build_platform.os_version},
  };
}

}  // namespace

std::optional<std::string> expand(std::string_view text, const Arguments& values, char escape) {
  return Expander(text, values, escape).run();
}

Arguments global_arguments(const Dockerfile& file, std::string_view target, const oci::Platform& platform,
                           const oci::Platform& build_platform, const Arguments& build_args) {
  auto values = platform_arguments(platform, build_platform);
  const auto stage = target.empty() ? file.stages.back().name : std::string(target);
  values["TARGETSTAGE"] = stage.empty() ? "default" : stage;
  for (auto& [name, value] : values) {
    if (const auto given = build_args.find(name); given != build_args.end()) value = given->second;
  }
  for (const auto& arg : file.global) {
    for (const auto& word : raw_words(arg.arguments, file.escape)) {
      const auto parts = text::cut(word, '=');
      const std::string name(parts ? parts->first : word);
      if (const auto given = build_args.find(name); given != build_args.end()) {
        values[name] = given->second;
      } else if (parts) {
        const auto value = expand(parts->second, values, file.escape);
        values.erase(name);
        if (value) values[name] = *value;
      }
    }
  }
  return values;
}

}  // namespace polyarch::dockerfile
