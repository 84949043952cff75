#pragma once
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "e2e/engine.hpp"
#include "http/transport.hpp"
#include "publish/transfer.hpp"
#include "registry/client.hpp"
#include "unit/publish/layout_builder.hpp"
#include "unit/registry/fixture.hpp"

namespace polyarch::e2e {

// Images made by hand, and what registries have of them: for commands that need no builder.
class Images : public ::testing::Test {
 protected:
  using Platforms = std::vector<std::string>;

  oci::Repository repository(const ServedRegistry& registry, const std::string& name) const {
    return oci::Repository::parse(registry.address() + "/" + name);
  }

  // Pushes an image of that platform with a layer of that many random bytes; returns its reference by digest.
  std::string push_image(const oci::Repository& to, const std::string& platform, std::size_t size = 1000) {
    polyarch::testing::LayoutBuilder layout;
    const auto image = layout.image(oci::Platform::parse(platform), random_bytes(size));
    publish::push_layout(client_, layout.finish({image}), to);
    return to.str() + "@" + image.digest.str();
  }

  std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  // The platforms of what `reference` names, after every child, config and layer was seen to be there.
  Platforms whole_platforms(const std::string& reference) {
    const auto name = oci::Reference::parse(reference);
    const auto content = client_.need_manifest(name);
    Platforms platforms;
    for (const auto& entry : oci::Index::parse(content.bytes, reference).manifests) {
      const auto manifest = oci::Manifest::parse(client_.need_manifest(name.with(entry.digest)).bytes, reference);
      EXPECT_TRUE(client_.has_blob(name.repository, manifest.config.digest)) << reference;
      for (const auto& layer : manifest.layers)
        EXPECT_TRUE(client_.has_blob(name.repository, layer.digest)) << reference;
      platforms.push_back(entry.platform ? entry.platform->str() : "none");
    }
    return platforms;
  }
  std::string digest_of(const std::string& reference) {
    const auto found = client_.head_manifest(oci::Reference::parse(reference));
    return found ? found->digest.str() : "";
  }

  std::mt19937 random_{std::random_device{}()};
  std::unique_ptr<http::Transport> transport_ = http::make_transport({});
  polyarch::testing::FakeCredentials credentials_;
  registry::Client client_{*transport_, credentials_, {}};
};

// The engine must succeed.
inline std::string must(const std::vector<std::string>& arguments) {
  const auto result = engine(arguments);
  EXPECT_EQ(result.status, 0) << shown(result);
  return result.out;
}

}  // namespace polyarch::e2e
