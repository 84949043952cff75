#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "publish/source.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace polyarch::publish {
namespace {

// A file as a body that can be sent again.
http::BodySource file_source(const std::filesystem::path& path, std::uint64_t size) {
  auto file = std::make_shared<sys::Descriptor>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!*file) sys::throw_errno("read " + path.string(), errno);
  return {size, [file, path](std::uint64_t offset, char* buffer, std::size_t capacity) {
            const auto got = ::pread(file->get(), buffer, capacity, static_cast<off_t>(offset));
            if (got < 0) sys::throw_errno("read " + path.string(), errno);
            return static_cast<std::size_t>(got);
          }};
}

class LayoutSource final : public Source {
 public:
  LayoutSource(oci::Layout layout, std::string name) : layout_(std::move(layout)), name_(std::move(name)) {}

  std::string name() const override { return name_; }
  std::string manifest(const oci::Descriptor& descriptor) override { return layout_.read_blob(descriptor); }
  std::string config(const oci::Descriptor& descriptor) override { return layout_.read_blob(descriptor); }
  http::BodySource blob(const oci::Descriptor& descriptor) override {
    return file_source(layout_.blob_path(descriptor.digest), descriptor.size);
  }

  // A layout lists them in its index.json, beside the images.
  std::vector<oci::Descriptor> referrers(const Digest& subject) override {
    std::vector<oci::Descriptor> found;
    for (const auto& entry : layout_.index().manifests) {
      const auto manifest = parse_json(layout_.read_blob(entry), name());
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
