#include "ci/host.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>

#include "base/text.hpp"
#include "ci/github_commands.hpp"
#include "ci/hosts.hpp"

namespace polyarch::ci {
namespace {

// A section's name: letters, digits and underscores.
std::string section_of(std::string_view title) {
  auto name = text::lower(title);
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  std::ranges::replace_if(
      name, [&](char c) { return !plain(c); }, '_');
  return name;
}

// The mark of GitLab ends its line with a carriage return, and clears it: it is not seen.
std::string section(std::string_view mark, std::string_view title, Clock::Wall now, std::string_view shown) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return fmt::format("\x1b[0K{}:{}:{}\r\x1b[0K{}\n", mark, seconds, section_of(title), shown);
}

}  // namespace

Host detect(const sys::Environment& environment) {
  for (const auto detect_one : {detect_github, detect_gitlab, detect_jenkins}) {
    if (auto host = detect_one(environment)) return *std::move(host);
  }
  return detect_local(environment);
}

std::string group_start(const Host& host, std::string_view title, Clock::Wall now) {
  const auto shown = text::printable(title);
  if (host.name == "github") return fmt::format("::group::{}\n", text::replace_all(shown, "%", "%25"));
  if (host.name == "gitlab") return section("section_start", title, now, shown);
  return {};
}

std::string group_end(const Host& host, std::string_view title, Clock::Wall now) {
  if (host.name == "github") return "::endgroup::\n";
  if (host.name == "gitlab") return section("section_end", title, now, "");
  return {};
}

std::string annotation_line(const Host& host, Annotation annotation) {
  if (host.name != "github") return {};
  const std::filesystem::path file(annotation.file);
  const auto inside = file.is_absolute() ? file.lexically_relative(host.workspace) : file.lexically_normal();
  if (!inside.empty() && *inside.begin() != "..") annotation.file = inside.string();
  return github_annotation(annotation);
}

std::string mask_line(const Host& host, std::string_view secret) {
  return host.name == "github" ? github_mask(secret) : std::string();
}

std::string output_entry(const Host& host, std::string_view name, std::string_view value) {
  return host.name == "github" ? github_output(name, value) : std::string();
}

std::string value_of(const sys::Environment& environment, std::string_view name) {
  return environment(name).value_or("");
}

}  // namespace polyarch::ci
