#pragma once
#include <optional>
#include <string>
#include <string_view>

// The names that a client may send. Values of these types are valid by construction, so they are safe as file names.
namespace polyarch::server {

// A repository's `<name>` (distribution-spec, "Pulling manifests"), of at most 255 characters.
class RepositoryName {
 public:
  static std::optional<RepositoryName> parse(std::string_view text);
  const std::string& str() const { return text_; }
  bool operator==(const RepositoryName&) const = default;

 private:
  explicit RepositoryName(std::string_view text) : text_(text) {}
  std::string text_;
};

class Tag {
 public:
  static std::optional<Tag> parse(std::string_view text);
  const std::string& str() const { return text_; }

 private:
  explicit Tag(std::string_view text) : text_(text) {}
  std::string text_;
};

enum class Endpoint { base, blob, uploads, upload, manifest, tags, referrers };

// What a request's path asks for. `name` and `reference` are as the client sent them: parse them before use.
struct Target {
  Endpoint endpoint;
  std::string name;
  std::string reference;  // a tag, a digest or the id of an upload
};

// `path` without query, percent-decoded. nullopt: no endpoint of the distribution-spec.
std::optional<Target> parse_target(std::string_view path);

// The `Content-Range` of a chunk, "0-99"; both ends are inclusive. nullopt when malformed.
struct ChunkRange {
  std::uint64_t first;
  std::uint64_t last;
};
std::optional<ChunkRange> parse_chunk_range(std::string_view text);

}  // namespace polyarch::server
