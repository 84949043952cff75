#pragma once
#include <filesystem>
#include <string>

namespace polyarch::cache {

// What a key may name.
struct KeyFacts {
  std::string branch;          // {branch}; empty: unknown
  std::string platform;        // {platform}: "linux-amd64"
  std::filesystem::path root;  // where the globs of {hash:GLOB} begin
};

// Fills in a reference such as "r.example/cache:go-{platform}-{hash:**/go.sum}". {hash:GLOB} is 16 hex digits over
// names and contents of the files that match ("*" and "?" within a name, "**" over directories), whatever their order
// on disk. What a tag cannot hold is replaced, and a short hash keeps two such values apart. Throws Error{usage} on an
// unknown placeholder or one without its end, and when nothing matches the glob.
std::string expand_key(const std::string& text, const KeyFacts& facts);

// Whether a glob takes a relative path.
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace polyarch::cache
