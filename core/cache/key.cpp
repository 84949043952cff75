#include "cache/key.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/core.h>
#include <fstream>
#include <vector>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "cache/layers.hpp"
#include "sys/files.hpp"

namespace polyarch::cache {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t hash_digits = 16;

Digest hash_file(const fs::path& path) {
  constexpr std::size_t part = 1U << 20;
  std::ifstream file(path, std::ios::binary);
  if (!file) sys::throw_errno("read " + path.string(), errno);
  std::string buffer(part, '\0');
  Hasher hasher;
  while (file.read(buffer.data(), part) || file.gcount() > 0) {
    hasher.update({buffer.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (file.bad()) sys::throw_errno("read " + path.string(), errno);
  return hasher.finish();
}

std::string hash_files(const std::string& glob, const fs::path& root) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator each(root, fs::directory_options::skip_permission_denied, error), end;
       !error && each != end; each.increment(error)) {
    auto path = each->path().lexically_relative(root).string();
    std::error_code ignored;
    if (glob_matches(glob, path) && fs::is_regular_file(each->status(ignored))) paths.push_back(std::move(path));
  }
  if (paths.empty()) {
    throw Error(ErrorKind::usage, fmt::format("{{hash:{}}}: no file below {} matches", glob, root.string()),
                "a key without its hash would be the same for every state: correct the pattern");
  }
  std::ranges::sort(paths);
  Hasher hasher;
  for (const auto& path : paths) {
    hasher.update(path + '\0' + hash_file(root / path).str() + '\n');
  }
  return std::string(hasher.finish().hex().substr(0, hash_digits));
}

std::string value_of(const std::string& name, const KeyFacts& facts) {
  constexpr std::string_view hash = "hash:";
  if (name == "branch") return tag_part(facts.branch.empty() ? "main" : facts.branch);
  if (name == "platform") return facts.platform;
  if (name.starts_with(hash)) return hash_files(name.substr(hash.size()), facts.root);
  throw Error(ErrorKind::usage, fmt::format("'{{{}}}' is nothing that a key knows", name),
              "a key may hold {branch}, {platform} and {hash:GLOB}");
}

}  // namespace

std::string expand_key(const std::string& text, const KeyFacts& facts) {
  std::string out;
  std::size_t at = 0;
  for (auto open = text.find('{'); open != std::string::npos; open = text.find('{', at)) {
    const auto close = text.find('}', open);
    if (close == std::string::npos) {
      throw Error(ErrorKind::usage, fmt::format("'{}': a '{{' has no '}}'", text),
                  "write {hash:GLOB}, with both braces");
    }
    out += text.substr(at, open - at) + value_of(text.substr(open + 1, close - open - 1), facts);
    at = close + 1;
  }
  return out + text.substr(at);
}

bool glob_matches(std::string_view glob, std::string_view path) {
  if (glob.starts_with("**/")) {
    const auto rest = glob.substr(3);
    if (glob_matches(rest, path)) return true;
    const auto slash = path.find('/');
    return slash != std::string_view::npos && glob_matches(glob, path.substr(slash + 1));
  }
  if (glob == "**") return true;
  if (glob.empty()) return path.empty();
  if (glob.front() == '*') {
    if (glob_matches(glob.substr(1), path)) return true;
    return !path.empty() && path.front() != '/' && glob_matches(glob, path.substr(1));
  }
  if (path.empty()) return false;
  const bool same = glob.front() == path.front() || (glob.front() == '?' && path.front() != '/');
  return same && glob_matches(glob.substr(1), path.substr(1));
}

}  // namespace polyarch::cache
