#include "publish/transfer.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <unistd.h>
#include <vector>

#include "base/error.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"
#include "sys/parallel.hpp"

namespace polyarch::publish {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t parallel_blobs = 4;

// Where a graph is read from.
struct Source {
  std::function<std::string(const oci::Descriptor&)> manifest;
  std::function<void(const oci::Descriptor&)> send_blob;
};

// A file as a body that can be sent again.
http::BodySource file_source(const fs::path& path, std::uint64_t size) {
  auto file = std::make_shared<sys::Descriptor>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!*file) sys::throw_errno("read " + path.string(), errno);
  return {size, [file, path](std::uint64_t offset, char* buffer, std::size_t capacity) {
            const auto got = ::pread(file->get(), buffer, capacity, static_cast<off_t>(offset));
            if (got < 0) sys::throw_errno("read " + path.string(), errno);
            return static_cast<std::size_t>(got);
          }};
}

void download(registry::Client& client, const oci::Repository& from, const oci::Descriptor& blob,
              const fs::path& path) {
  std::ofstream file(path, std::ios::binary);
  client.get_blob(from, blob, [&file](std::string_view bytes) {
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  });
  file.close();
  if (!file) {
    throw Error(ErrorKind::storage, fmt::format("cannot write {}", path.string()),
                "free some disk space, or set TMPDIR to a larger disk");
  }
}

void send_blobs(const Source& source, const oci::Manifest& manifest) {
  std::vector<std::function<void()>> tasks;
  for (const auto& layer : manifest.layers) {
    tasks.emplace_back([&source, &layer] { source.send_blob(layer); });
  }
  tasks.emplace_back([&source, &manifest] { source.send_blob(manifest.config); });
  sys::run_parallel(tasks, parallel_blobs);
}

void send_graph(registry::Client& client, const Source& source, const oci::Repository& to,
                const oci::Descriptor& root) {
  const oci::Reference target{to, std::nullopt, root.digest};
  if (client.head_manifest(target)) return;
  const auto bytes = source.manifest(root);
  if (oci::media_type::is_index(root.media_type)) {
    const auto index = oci::Index::parse(bytes, target.str());
    for (const auto& entry : index.manifests) send_graph(client, source, to, entry);
  } else {
    send_blobs(source, oci::Manifest::parse(bytes, target.str()));
  }
  client.put_manifest(target, root.media_type, bytes);
}

// A blob of another repository as a body: downloaded to a file when it is first read, since an upload may be repeated
// and a mount needs no bytes at all.
http::BodySource remote_source(registry::Client& client, const oci::Repository& from, const oci::Descriptor& blob) {
  struct Spool {
    sys::TemporaryDirectory directory;
    http::BodySource file;
  };
  auto spool = std::make_shared<std::optional<Spool>>();
  return {blob.size, [&client, from, blob, spool](std::uint64_t offset, char* buffer, std::size_t capacity) {
            if (!*spool) {
              spool->emplace();
              const auto path = (*spool)->directory.path() / "blob";
              download(client, from, blob, path);
              (*spool)->file = file_source(path, blob.size);
            }
            return (*spool)->file.read(offset, buffer, capacity);
          }};
}

}  // namespace

void copy_graph(registry::Client& client, const oci::Repository& from, const oci::Repository& to,
                const oci::Descriptor& root) {
  if (from == to) return;
  const Source source{[&](const oci::Descriptor& manifest) {
                        return client.need_manifest({from, std::nullopt, manifest.digest}).bytes;
                      },
                      [&](const oci::Descriptor& blob) {
                        const auto mount_from = from.registry == to.registry ? std::optional(from) : std::nullopt;
                        client.push_blob(to, blob.digest, remote_source(client, from, blob), mount_from);
                      }};
  send_graph(client, source, to, root);
}

oci::Descriptor push_layout(registry::Client& client, const oci::Layout& layout, const oci::Repository& to) {
  const auto& root = layout.root();
  const Source source{[&](const oci::Descriptor& manifest) { return layout.read_blob(manifest); },
                      [&](const oci::Descriptor& blob) {
                        client.push_blob(to, blob.digest, file_source(layout.blob_path(blob.digest), blob.size));
                      }};
  send_graph(client, source, to, root);
  return root;
}

}  // namespace polyarch::publish
