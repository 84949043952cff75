#include "cache/snapshots.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <set>

#include "base/error.hpp"
#include "base/log.hpp"
#include "cache/frame.hpp"

namespace polyarch::cache {
namespace {

constexpr std::string_view artifact_type = "application/vnd.polyarch.snapshot.v1";
constexpr std::string_view catalog_type = "application/vnd.polyarch.snapshot.catalog.v1+json+zstd";
constexpr std::string_view piece_type = "application/vnd.oci.image.layer.v1.tar+zstd";
constexpr const char* title = "org.opencontainers.image.title";  // the file name that clients give to a layer
constexpr const char* created = "org.opencontainers.image.created";
constexpr int catalog_level = 3;
constexpr std::uint64_t largest_catalog = 256U << 20;

// `read` says afterwards whether anybody wanted them.
http::BodySource body(std::string_view bytes, bool& read) {
  return {bytes.size(), [bytes, &read](std::uint64_t offset, char* buffer, std::size_t capacity) {
            read = true;
            const auto part = bytes.substr(offset, capacity);
            std::memcpy(buffer, part.data(), part.size());
            return part.size();
          }};
}

Catalog read_catalog(registry::Client& client, const oci::Reference& reference, const oci::Descriptor& config) {
  const auto what = "the catalog of " + reference.str();
  if (config.size > largest_catalog) throw Error(ErrorKind::input, what + " is too large");
  const auto frame = RegistryStore(client, reference.repository).get(config.digest, config.size);
  const auto size = frame_content_size(frame);
  if (!size || *size > largest_catalog) throw Error(ErrorKind::input, what + " is broken, or too large");
  return parse_catalog(decompress_frame(frame, *size, what), what);
}

// The layers that an ordinary client would fetch must be those that the catalog speaks of.
void check_layers(const oci::Manifest& manifest, const Catalog& catalog, const oci::Reference& reference) {
  bool same = manifest.layers.size() == catalog.pieces.size();
  for (std::size_t i = 0; same && i < catalog.pieces.size(); ++i) {
    same = manifest.layers[i].digest == catalog.pieces[i].digest && manifest.layers[i].size == catalog.pieces[i].size;
  }
  if (!same) throw Error(ErrorKind::input, fmt::format("{}: catalog and layers do not agree", reference.str()));
}

// When the newest of its files was written: that is the same for the same catalog, and tells pruning an age.
std::string newest_time(const Catalog& catalog) {
  constexpr std::int64_t latest = 4'102'444'800;  // 2100
  std::int64_t newest = 0;
  for (const auto& entry : catalog.entries) {
    if (entry.type == EntryType::file) newest = std::max(newest, entry.mtime / 1'000'000'000);
  }
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(std::min(newest, latest))));
}

}  // namespace

bool is_snapshot(const oci::Manifest& manifest) {
  return manifest.artifact_type == artifact_type && manifest.config.media_type == catalog_type;
}

std::optional<StoredSnapshot> load_snapshot(registry::Client& client, const oci::Reference& reference) {
  const auto content = client.get_manifest(reference);
  if (!content) return std::nullopt;
  const bool index = oci::media_type::is_index(content->descriptor.media_type);
  const auto manifest = index ? oci::Manifest{} : oci::Manifest::parse(content->bytes, reference.str());
  if (!is_snapshot(manifest)) {
    throw Error(ErrorKind::usage, fmt::format("{} is no snapshot of polyarch", reference.str()),
                "name another tag: nothing is overwritten that is something else");
  }
  StoredSnapshot out{content->descriptor, read_catalog(client, reference, manifest.config), 0};
  check_layers(manifest, out.catalog, reference);
  std::set<Digest> counted;
  for (const auto& piece : out.catalog.pieces) {
    if (counted.insert(piece.digest).second) out.size += piece.size;
  }
  return out;
}

std::optional<std::pair<oci::Reference, StoredSnapshot>> first_snapshot(registry::Client& client,
                                                                        const std::vector<oci::Reference>& references) {
  for (const auto& reference : references) {
    try {
      if (auto found = load_snapshot(client, reference)) return std::pair(reference, *std::move(found));
    } catch (const Error& error) {
      // What the registry has lost is as broken as what it garbles.
      const bool lost = error.kind() == ErrorKind::registry && !error.retryable();
      if (error.kind() != ErrorKind::input && !lost) throw;
      log::warning("{}", error.message());
    }
  }
  return std::nullopt;
}

oci::Descriptor store_snapshot(registry::Client& client, const oci::Reference& reference, const Catalog& catalog) {
  const auto frame = compress_frame(dump(catalog), catalog_level);
  oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest)};
  manifest.artifact_type = artifact_type;
  manifest.annotations[created] = newest_time(catalog);
  manifest.config = {.media_type = std::string(catalog_type), .digest = Digest::sha256(frame), .size = frame.size()};
  RegistryStore(client, reference.repository).put(manifest.config.digest, frame);
  for (std::size_t i = 0; i < catalog.pieces.size(); ++i) {
    const auto& piece = catalog.pieces[i];
    manifest.layers.push_back({.media_type = std::string(piece_type),
                               .digest = piece.digest,
                               .size = piece.size,
                               .annotations = {{title, fmt::format("piece-{:06}.tar.zst", i)}}});
  }
  return client.put_manifest(reference, manifest.media_type, manifest.dump());
}

bool RegistryStore::put(const Digest& digest, std::string_view bytes) {
  bool sent = false;
  client_.push_blob(repository_, digest, body(bytes, sent));
  return sent;
}

std::string RegistryStore::get(const Digest& digest, std::uint64_t size) {
  std::string out;
  out.reserve(size);
  const oci::Descriptor blob{.media_type = std::string(piece_type), .digest = digest, .size = size};
  client_.get_blob(repository_, blob, [&](std::string_view bytes) { out += bytes; });
  return out;
}

}  // namespace polyarch::cache
