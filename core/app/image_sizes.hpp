#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "oci/manifest.hpp"

namespace polyarch::app {

struct LayerSize {
  Digest digest;
  std::uint64_t size = 0;  // compressed, as it is pulled
  bool shared = false;     // another platform has it, too
  std::string step;        // what made it, by the config's history; may be empty
};

struct PlatformSizes {
  oci::Platform platform;
  std::uint64_t config = 0;
  std::vector<LayerSize> layers;  // from the base up

  std::uint64_t total() const;   // what a pull moves
  std::uint64_t shared() const;  // of the layers
  std::uint64_t own() const { return total() - shared(); }
};

// The layers of one image; `shared` is not known yet. `config` may be of any artifact: it then tells no steps.
PlatformSizes measure(const oci::Platform& platform, const oci::Manifest& manifest, std::string_view config);

// Marks what several platforms have.
void mark_shared(std::vector<PlatformSizes>& images);

// Compressed bytes that the registry keeps for all of them together: what is shared counts once.
std::uint64_t stored_size(const std::vector<PlatformSizes>& images);

// Two tables: the platforms, and their layers side by side, with how far the sizes of a row lie apart.
std::string sizes_table(const std::vector<PlatformSizes>& images);
Json sizes_json(const std::vector<PlatformSizes>& images);

}  // namespace polyarch::app
