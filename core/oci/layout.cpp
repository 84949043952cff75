#include "oci/layout.hpp"

#include <fmt/core.h>
#include <fstream>
#include <iterator>

#include "base/error.hpp"

namespace polyarch::oci {
namespace {

constexpr std::uint64_t largest_blob = 16U << 20;

std::string read(const std::filesystem::path& path, std::uint64_t limit) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw Error(ErrorKind::input, fmt::format("cannot read {}", path.string()),
                "is this an OCI image layout, and complete?");
  std::string out(limit + 1, '\0');
  file.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(file.gcount()));
  if (out.size() > limit)
    throw Error(ErrorKind::input, fmt::format("{} is larger than {} bytes", path.string(), limit));
  return out;
}

}  // namespace

Layout::Layout(std::filesystem::path root) : root_(std::move(root)) {
  const auto marker_path = root_ / "oci-layout";
  const auto marker = parse_json(read(marker_path, 4096), marker_path.string());
  if (!string_at(marker, "imageLayoutVersion", marker_path.string()).value_or("").starts_with("1.")) {
    throw Error(ErrorKind::input, fmt::format("{}: not an OCI image layout of version 1", root_.string()));
  }
  index_ = Index::parse(read(root_ / "index.json", 4U << 20), (root_ / "index.json").string());
}

const Descriptor& Layout::root() const {
  if (index_.manifests.size() == 1) return index_.manifests.front();
  throw Error(ErrorKind::input, fmt::format("{} holds {} images, not one", root_.string(), index_.manifests.size()));
}

std::filesystem::path Layout::blob_path(const Digest& digest) const {
  return root_ / "blobs" / std::string(digest.algorithm()) / std::string(digest.hex());
}

std::string Layout::read_blob(const Descriptor& descriptor) const {
  const auto path = blob_path(descriptor.digest);
  if (descriptor.size > largest_blob)
    throw Error(ErrorKind::input, fmt::format("{} is larger than {} bytes", path.string(), largest_blob));
  auto bytes = read(path, descriptor.size);
  Hasher hasher(descriptor.digest.algorithm());
  hasher.update(bytes);
  if (bytes.size() != descriptor.size || hasher.finish() != descriptor.digest) {
    throw Error(ErrorKind::input, fmt::format("{} does not hold what its digest says", path.string()),
                "export the image again");
  }
  return bytes;
}

}  // namespace polyarch::oci
