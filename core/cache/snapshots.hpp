#pragma once
#include <optional>

#include "cache/blob_store.hpp"
#include "cache/catalog.hpp"
#include "registry/client.hpp"

namespace polyarch::cache {

// A snapshot in a registry: an OCI artifact whose config is the catalog and whose layers are the pieces, in the order
// of the tar stream (docs/snapshots.md).
struct StoredSnapshot {
  oci::Descriptor manifest;
  Catalog catalog;
  std::uint64_t size = 0;  // compressed bytes of all pieces, each counted once
};

bool is_snapshot(const oci::Manifest& manifest);

// nullopt: there is no such reference. Throws Error{usage} naming it when it is something else than a snapshot, and
// Error{input} when it is broken.
std::optional<StoredSnapshot> load_snapshot(registry::Client& client, const oci::Reference& reference);

// The first that is there, with its reference: what is missing or broken gives way to the next, the latter with a
// warning. Something else than a snapshot is an error: it was named by mistake, and must not be saved over.
std::optional<std::pair<oci::Reference, StoredSnapshot>> first_snapshot(registry::Client& client,
                                                                        const std::vector<oci::Reference>& references);

// Puts catalog and manifest; the pieces must be there. The tag of `reference` moves last, so a reader finds this
// snapshot whole or the one before. The same catalog gives the same digest.
oci::Descriptor store_snapshot(registry::Client& client, const oci::Reference& reference, const Catalog& catalog);

// The blobs of a repository.
class RegistryStore final : public BlobStore {
 public:
  RegistryStore(registry::Client& client, oci::Repository repository)
      : client_(client), repository_(std::move(repository)) {}
  bool put(const Digest& digest, std::string_view bytes) override;
  std::string get(const Digest& digest, std::uint64_t size) override;

 private:
  registry::Client& client_;
  oci::Repository repository_;
};

}  // namespace polyarch::cache
