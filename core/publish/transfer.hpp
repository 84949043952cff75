#pragma once
#include <atomic>
#include <vector>

#include "oci/layout.hpp"
#include "publish/source.hpp"
#include "registry/client.hpp"

namespace polyarch::publish {

// What a copy has found and done so far; it may be read while the copy goes on.
struct Traffic {
  std::atomic<std::uint64_t> blobs = 0;
  std::atomic<std::uint64_t> bytes = 0;  // of these blobs
  std::atomic<std::uint64_t> blobs_done = 0;
  std::atomic<std::uint64_t> bytes_done = 0;
  std::atomic<std::uint64_t> bytes_sent = 0;  // the rest was there, or was mounted
};

struct TransferOptions {
  bool referrers = false;  // signatures, SBOMs and what else names a copied manifest as its subject, and theirs in turn
  Traffic* traffic = nullptr;
};

// Copies `roots` with everything that they name: blobs first, then manifests, children before the indexes that name
// them, all by digest, moving no tag. Within one registry blobs are mounted; between two they stream from the one to
// the other. What is there already is not sent. Memory: the manifests, of which there may be 64 MiB, and a fixed buffer
// for each blob on its way. Layers that no registry may distribute stay where their URLs point.
void transfer(registry::Client& client, Source& source, const oci::Repository& to,
              const std::vector<oci::Descriptor>& roots, const TransferOptions& options = {});

// The same of the only image or index of a layout; returns its descriptor. Throws Error{input} when the layout holds
// none or several.
oci::Descriptor push_layout(registry::Client& client, const oci::Layout& layout, const oci::Repository& to);

}  // namespace polyarch::publish
