#include "app/version_number.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <regex>

#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t longest_version = 256;

// "007" is 7.
std::string without_zeros(const std::string& digits) {
  const auto first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0" : digits.substr(first);
}

// "alpha", "beta", "c", "pre" and "preview" in their short forms.
std::string phase_of(const std::string& word) {
  if (word == "alpha") return "a";
  if (word == "beta") return "b";
  return word == "a" || word == "b" ? word : "rc";
}

std::vector<std::string> release_of(const std::string& text) {
  std::vector<std::string> out;
  for (const auto part : text::split(text, '.')) out.push_back(without_zeros(std::string(part)));
  return out;
}

}  // namespace

std::optional<VersionNumber> parse_semver(std::string_view text) {
  static const std::regex pattern(
      R"re([v=\s]*(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-((0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(\+[0-9a-zA-Z.-]+)?)re");
  if (text.size() > longest_version) return std::nullopt;
  const std::string whole(text);
  std::smatch match;
  if (!std::regex_match(whole, match, pattern)) return std::nullopt;
  VersionNumber out{whole, {}, match[1], match[2], match[3], !match[4].matched};
  out.version = fmt::format("{}.{}.{}{}", out.major, out.minor, out.patch, match[4].str());
  return out;
}

std::optional<VersionNumber> parse_pep440(std::string_view text) {
  static const std::regex pattern(
      R"re(v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?)re");
  if (text.size() > longest_version) return std::nullopt;
  const auto lower = text::lower(text::trim(text));
  std::smatch match;
  if (!std::regex_match(lower, match, pattern)) return std::nullopt;
  const auto release = release_of(match[2]);
  const auto at = [&](std::size_t i) { return i < release.size() ? release[i] : std::string("0"); };
  const bool post = match[5].matched || match[6].matched;
  VersionNumber out{std::string(text), {}, at(0), at(1), at(2), !match[3].matched && !post && !match[8].matched};
  if (match[1].matched && without_zeros(match[1]) != "0") out.version = without_zeros(match[1]) + "!";
  out.version += text::join(release, ".");
  if (match[3].matched) out.version += phase_of(match[3]) + without_zeros(match[4]);
  if (post) out.version += ".post" + without_zeros(match[5].matched ? match[5] : match[7]);
  if (match[8].matched) out.version += ".dev" + without_zeros(match[9]);
  if (match[10].matched) {
    auto local = match[10].str();
    std::ranges::replace_if(
        local, [](char c) { return c == '-' || c == '_'; }, '.');
    out.version += "+" + local;
  }
  return out;
}

}  // namespace polyarch::app
