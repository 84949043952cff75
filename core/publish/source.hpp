#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/layout.hpp"
#include "registry/client.hpp"

namespace polyarch::publish {

// Where images are read from: a repository of a registry, or an OCI layout on disk. Safe for several threads.
class Source {
 public:
  virtual ~Source() = default;
  // "registry.example/app" or a path: for messages.
  virtual std::string name() const = 0;
  // A manifest or index. Throws when it is absent, or has another digest.
  virtual std::string manifest(const oci::Descriptor& descriptor) = 0;
  // A config: whole, and checked.
  virtual std::string config(const oci::Descriptor& descriptor) = 0;
  // Any blob, as a body to push.
  virtual http::BodySource blob(const oci::Descriptor& descriptor) = 0;
  // What names `subject` as its subject.
  virtual std::vector<oci::Descriptor> referrers(const Digest& subject) = 0;
  virtual std::optional<oci::Repository> repository() const { return std::nullopt; }
};

// `client` must outlive it. Manifests are kept, within a bound: one that is read twice is asked for once.
std::shared_ptr<Source> registry_source(registry::Client& client, const oci::Repository& repository);
std::shared_ptr<Source> layout_source(oci::Layout layout, const std::string& name);

// An image or index, and where it lies.
struct Origin {
  std::shared_ptr<Source> source;
  oci::Descriptor root;
  std::string bytes;               // of the root
  std::string name;                // as the user wrote it
  std::optional<std::string> tag;  // that it was found by
};

// Whether it calls an OCI layout, by its form alone.
bool names_layout(std::string_view text);

// What a user calls an image: a reference, or an OCI layout as "oci:DIR", "oci:DIR:NAME", "./DIR" or "/DIR", where NAME
// is its org.opencontainers.image.ref.name, its io.containerd.image.name or its digest. Throws Error{usage},
// Error{input} or the client's when there is no such image.
Origin locate(registry::Client& client, const std::string& text);

}  // namespace polyarch::publish
