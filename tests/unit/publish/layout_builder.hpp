#pragma once
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "oci/layout.hpp"
#include "sys/files.hpp"

namespace polyarch::testing {

// Writes an OCI image layout as BuildKit exports one.
class LayoutBuilder {
 public:
  LayoutBuilder() {
    std::filesystem::create_directories(root() / "blobs" / "sha256");
    sys::write_file(root() / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  }
  const std::filesystem::path& root() const { return directory_.path(); }

  oci::Descriptor blob(std::string_view type, const std::string& bytes) {
    const auto digest = Digest::sha256(bytes);
    sys::write_file(root() / "blobs" / "sha256" / std::string(digest.hex()), bytes);
    return {.media_type = std::string(type), .digest = digest, .size = bytes.size()};
  }

  // An image whose config says what `platform` is, with one layer.
  oci::Descriptor image(const oci::Platform& platform, const std::string& content) {
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest),
                           .config = blob(oci::media_type::oci_config, platform.to_json().dump())};
    manifest.layers.push_back(blob("application/vnd.oci.image.layer.v1.tar", content));
    return blob(manifest.media_type, manifest.dump());
  }

  oci::Descriptor attestation(const oci::Descriptor& of) {
    auto out = image(oci::Platform{"unknown", "unknown", {}, {}}, "provenance of " + of.digest.str());
    out.platform = oci::Platform{"unknown", "unknown", {}, {}};
    out.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                       {"vnd.docker.reference.digest", of.digest.str()}};
    return out;
  }

  // A signature, SBOM or the like of `subject`.
  oci::Descriptor referrer(const oci::Descriptor& subject, const std::string& content) {
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest),
                           .config = blob(oci::media_type::oci_empty, "{}")};
    manifest.layers.push_back(blob("application/vnd.example", content));
    manifest.artifact_type = "application/vnd.example";
    manifest.subject =
        oci::Descriptor{.media_type = subject.media_type, .digest = subject.digest, .size = subject.size};
    return blob(manifest.media_type, manifest.dump());
  }

  oci::Descriptor index(const std::vector<oci::Descriptor>& entries) {
    oci::Index out;
    out.manifests = entries;
    return blob(out.media_type, out.dump());
  }

  // Ends the layout: `entries` are what its index.json names.
  oci::Layout finish(const std::vector<oci::Descriptor>& entries) {
    oci::Index top;
    top.manifests = entries;
    sys::write_file(root() / "index.json", top.dump());
    return oci::Layout(root());
  }

 private:
  sys::TemporaryDirectory directory_;
};

inline oci::Descriptor with_platform(oci::Descriptor descriptor, const oci::Platform& platform) {
  descriptor.platform = platform;
  return descriptor;
}

}  // namespace polyarch::testing
