#pragma once
#include <filesystem>
#include <string>

#include "oci/manifest.hpp"

namespace polyarch::oci {

// An OCI image layout in a directory (OCI image-spec, image-layout.md), for reading.
class Layout {
 public:
  // Throws Error{input} when `root` holds no layout of version 1.
  explicit Layout(std::filesystem::path root);

  // The entries of index.json.
  const Index& index() const { return index_; }
  // The only entry of index.json; throws Error{input} when there is none or there are several.
  const Descriptor& root() const;
  std::filesystem::path blob_path(const Digest& digest) const;
  // A small blob, checked against its digest and size; throws Error{input} when missing, wrong or over 16 MiB.
  std::string read_blob(const Descriptor& descriptor) const;

 private:
  std::filesystem::path root_;
  Index index_;
};

}  // namespace polyarch::oci
