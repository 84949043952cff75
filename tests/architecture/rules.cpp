#include "architecture/rules.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <optional>
#include <regex>
#include <set>
#include <utility>

#include "base/text.hpp"

namespace polyarch::architecture {
namespace {

constexpr std::size_t max_lines = 600;

// The rooms of core/, from the ground up.
const std::vector<std::set<std::string>> floors{
    {"base"},
    {"oci", "dockerfile", "sys", "spec"},
    {"http", "binfmt", "report"},
    {"registry", "buildkit"},
    {"cache", "publish", "verify", "server", "ci"},
    {"app"},
    {"cli"},
};

// Rooms of one floor that may include each other nevertheless, in this direction.
const std::set<std::pair<std::string, std::string>> neighbours{{"dockerfile", "oci"}};

// A header, and the path prefixes of the files that may include it.
const std::vector<std::pair<std::string, std::vector<std::string>>> confined{
    {"httplib.h", {"core/http/httplib_transport.cpp", "core/server/httplib_connections.hpp"}},
    {"CLI/", {"core/cli/"}},
    {"spdlog/", {"core/base/log.cpp"}},
};

const std::set<std::string, std::less<>> vague{"util", "utils", "common", "helpers", "misc"};

struct Include {
  std::size_t line;
  std::string header;
  bool quoted;
};

std::vector<Include> includes(const SourceFile& file) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<Include> found;
  std::size_t line = 0;
  for (const auto text : text::split(file.content, '\n')) {
    ++line;
    std::cmatch match;
    if (text.find("include") == text.npos) continue;
    if (std::regex_search(text.data(), text.data() + text.size(), match, pattern)) {
      found.push_back({line, match[2], match[1] == "\""});
    }
  }
  return found;
}

bool is_cpp(const SourceFile& file) {
  return file.path.ends_with(".cpp") || file.path.ends_with(".hpp");
}

// The room of core/ that a file lies in; nullopt outside.
std::optional<std::string> room_of(const SourceFile& file) {
  const auto parts = text::split(file.path, '/');
  if (!is_cpp(file) || parts.size() < 3 || parts[0] != "core") return std::nullopt;
  return std::string(parts[1]);
}

std::string at(const SourceFile& file, std::size_t line, const std::string& what) {
  return fmt::format("{}:{}: {}", file.path, line, what);
}

std::optional<std::ptrdiff_t> floor_of(const std::string& room) {
  const auto found = std::ranges::find_if(floors, [&room](const auto& rooms) { return rooms.contains(room); });
  return found == floors.end() ? std::nullopt : std::optional(found - floors.begin());
}

std::optional<std::string> layer_breach(const std::string& room, const std::string& header) {
  const auto other = header.substr(0, header.find('/'));
  if (other == room || neighbours.contains({room, other})) return std::nullopt;
  const auto from = floor_of(room);
  const auto to = floor_of(other);
  if (!to) return fmt::format("\"{}\" is in no room: include files as \"room/file.hpp\"", header);
  if (*to < *from) return std::nullopt;
  return fmt::format("{} (floor {}) includes {} (floor {})", room, *from, header, *to);
}

// Words of a path component: "string_utils.cpp" has string, utils, cpp.
std::set<std::string, std::less<>> words(std::string_view component) {
  std::set<std::string, std::less<>> found{""};
  std::string word;
  for (const char c : component) {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      word += c;
    } else {
      found.insert(text::lower(std::exchange(word, "")));
    }
  }
  found.insert(text::lower(word));
  return found;
}

}  // namespace

Breaches layering(const SourceFile& file) {
  const auto room = room_of(file);
  if (!room) return {};
  if (!floor_of(*room)) return {at(file, 1, fmt::format("core/{} is no room of the design", *room))};
  Breaches found;
  for (const auto& include : includes(file)) {
    const auto first = include.header.substr(0, include.header.find('/'));
    if (!include.quoted && !floor_of(first)) continue;  // of the system
    if (const auto breach = layer_breach(*room, include.header)) found.push_back(at(file, include.line, *breach));
  }
  return found;
}

Breaches third_party_headers(const SourceFile& file) {
  Breaches found;
  for (const auto& include : includes(file)) {
    for (const auto& [header, owners] : confined) {
      const auto owns = [&file](const std::string& owner) { return file.path.starts_with(owner); };
      if (!include.header.starts_with(header) || std::ranges::any_of(owners, owns)) continue;
      found.push_back(at(file, include.line, fmt::format("{} belongs to {}", header, text::join(owners, " and "))));
    }
  }
  return found;
}

Breaches ci_variables(const SourceFile& file) {
  static const std::regex pattern(
      "\"((GITHUB|GITLAB|CI|JENKINS|RUNNER|CHANGE)_[A-Z0-9_]*|CI|BUILD_(TAG|ID|NUMBER|URL)|BRANCH_NAME|JOB_(NAME|URL)|"
      "GIT_(COMMIT|BRANCH))\"");
  const auto room = room_of(file);
  if (!room || *room == "ci") return {};
  Breaches found;
  std::size_t line = 0;
  for (const auto text : text::split(file.content, '\n')) {
    ++line;
    std::cmatch match;
    if (text.find('"') == text.npos) continue;
    if (std::regex_search(text.data(), text.data() + text.size(), match, pattern)) {
      found.push_back(at(file, line, fmt::format("only core/ci reads {}", match[1].str())));
    }
  }
  return found;
}

Breaches vague_names(const SourceFile& file) {
  for (const auto component : text::split(file.path, '/')) {
    for (const auto& word : words(component)) {
      if (vague.contains(word)) return {at(file, 1, fmt::format("'{}' says nothing: name it for its noun", word))};
    }
  }
  return {};
}

Breaches long_files(const SourceFile& file) {
  const bool source = is_cpp(file) || file.path.ends_with(".sh") || file.path.ends_with(".mjs") ||
                      file.path.ends_with(".groovy") || file.path.ends_with(".py") || file.path.ends_with(".cmake");
  const auto lines = static_cast<std::size_t>(std::ranges::count(file.content, '\n'));
  if (!source || lines <= max_lines) return {};
  return {at(file, lines, fmt::format("{} lines are more than {}: split it by nouns", lines, max_lines))};
}

}  // namespace polyarch::architecture
