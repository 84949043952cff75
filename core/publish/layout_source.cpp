#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/error.hpp"
#include "publish/source.hpp"
#include "registry/referrers.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace polyarch::publish {
namespace {

// A blob's file, whose last bytes are given only when all of them have its digest.
class BlobFile {
 public:
  BlobFile(std::filesystem::path path, const oci::Descriptor& blob)
      : path_(std::move(path)),
        file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)),
        blob_(blob),
        hasher_(blob.digest.algorithm()) {
    if (!file_) sys::throw_errno("read " + path_.string(), errno);
  }

  std::size_t read(std::uint64_t offset, char* buffer, std::size_t capacity) {
    const auto got = ::pread(file_.get(), buffer, capacity, static_cast<off_t>(offset));
    if (got < 0) sys::throw_errno("read " + path_.string(), errno);
    if (got == 0) refuse();
    check(offset, {buffer, static_cast<std::size_t>(got)});
    return static_cast<std::size_t>(got);
  }

 private:
  // Every byte is hashed once, however often it is sent.
  void check(std::uint64_t offset, std::string_view bytes) {
    bytes.remove_prefix(std::min<std::uint64_t>(hashed_ - offset, bytes.size()));
    if (bytes.empty()) return;
    hasher_.update(bytes);
    hashed_ += bytes.size();
    if (hashed_ == blob_.size && hasher_.finish() != blob_.digest) refuse();
  }

  [[noreturn]] void refuse() const {
    throw Error(ErrorKind::input, fmt::format("{} does not hold what its digest says", path_.string()),
                "export the image again");
  }

  const std::filesystem::path path_;
  const sys::Descriptor file_;
  const oci::Descriptor blob_;
  Hasher hasher_;
  std::uint64_t hashed_ = 0;
};

class LayoutSource final : public Source {
 public:
  LayoutSource(oci::Layout layout, std::string name) : layout_(std::move(layout)), name_(std::move(name)) {}

  std::string name() const override { return name_; }
  std::string manifest(const oci::Descriptor& descriptor) override { return layout_.read_blob(descriptor); }
  std::string config(const oci::Descriptor& descriptor) override { return layout_.read_blob(descriptor); }
  http::BodySource blob(const oci::Descriptor& descriptor) override {
    auto file = std::make_shared<BlobFile>(layout_.blob_path(descriptor.digest), descriptor);
    return {descriptor.size, [file](std::uint64_t offset, char* buffer, std::size_t capacity) {
              return file->read(offset, buffer, capacity);
            }};
  }

  // A layout lists them in its index.json, beside the images, or in an index of the tag that a registry without the
  // referrers API would have.
  std::vector<oci::Descriptor> referrers(const Digest& subject) override {
    std::vector<oci::Descriptor> found;
    for (const auto& entry : layout_.index().manifests) {
      const auto bytes = layout_.read_blob(entry);
      const auto tag = entry.annotations.find("org.opencontainers.image.ref.name");
      if (tag != entry.annotations.end() && tag->second == registry::referrers_tag(subject))
        std::ranges::copy(oci::Index::parse(bytes, name()).manifests, std::back_inserter(found));
      const auto manifest = parse_json(bytes, name());
      if (!manifest.is_object() || !manifest.contains("subject") || manifest["subject"].is_null()) continue;
      if (oci::Descriptor::from_json(manifest["subject"], name()).digest == subject) found.push_back(entry);
    }
    return found;
  }

 private:
  const oci::Layout layout_;
  const std::string name_;
};

}  // namespace

std::shared_ptr<Source> layout_source(oci::Layout layout, const std::string& name) {
  return std::make_shared<LayoutSource>(std::move(layout), name);
}

}  // namespace polyarch::publish
