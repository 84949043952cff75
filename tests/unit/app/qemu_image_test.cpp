#include "app/qemu_image.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "sys/files.hpp"
#include "unit/app/platforms.hpp"

namespace polyarch::app {
namespace {

using ::testing::HasSubstr;

std::string ustar(const std::map<std::string, std::string>& files) {
  std::string out;
  for (const auto& [path, content] : files) {
    std::string header(512, '\0');
    header.replace(0, path.size(), path);
    header.replace(100, 7, "0000755");
    header.replace(124, 11, fmt::format("{:011o}", content.size()));
    header.replace(148, 8, "        ");
    header[156] = '0';
    header.replace(257, 8, std::string("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    header.replace(148, 7, fmt::format("{:06o}", sum) + std::string(1, '\0'));
    out += header + content + std::string((512 - content.size() % 512) % 512, '\0');
  }
  return out + std::string(1024, '\0');
}

// A registry with one image.
class Registry final : public http::Transport {
 public:
  http::Response send(const http::Request& request) override {
    const auto id = request.url.substr(request.url.rfind('/') + 1);
    const auto found = contents_.find(id);
    if (found == contents_.end()) return {request.url.ends_with("/v2/") ? 200 : 404, {}, {}};
    const auto& [type, bytes] = found->second;
    http::Response response{200, {{"Content-Type", type}, {"Content-Length", std::to_string(bytes.size())}}, {}};
    if (request.sink)
      request.sink(bytes);
    else
      response.body = bytes;
    return response;
  }

  oci::Descriptor add(std::string_view type, const std::string& bytes, const std::string& tag = {}) {
    const auto digest = Digest::sha256(bytes);
    contents_[digest.str()] = contents_[tag] = {std::string(type), bytes};
    return {std::string(type), digest, bytes.size(), std::nullopt, {}, {}, Json::object()};
  }

  // An image of one platform from the contents of its layers.
  void add_image(const oci::Platform& platform, const std::vector<std::map<std::string, std::string>>& layers) {
    oci::Manifest manifest{
        std::string(oci::media_type::oci_manifest), add(oci::media_type::oci_config, "{}"), {}, {}, {}, {}};
    for (const auto& files : layers) {
      manifest.layers.push_back(add("application/vnd.oci.image.layer.v1.tar", ustar(files)));
    }
    auto descriptor = add(oci::media_type::oci_manifest, manifest.dump());
    descriptor.platform = platform;
    index_.manifests.push_back(descriptor);
    add(oci::media_type::oci_index, index_.dump(), "1");
  }

 private:
  std::map<std::string, std::pair<std::string, std::string>> contents_;
  oci::Index index_;
};

class Anonymous final : public registry::CredentialStore {
 public:
  std::optional<registry::Credentials> find(const std::string&) override { return std::nullopt; }
};

class QemuImage : public ::testing::Test {
 protected:
  Interpreters extract(const std::vector<const char*>& names) {
    std::vector<binfmt::Architecture> architectures;
    for (const auto* const name : names) {
      architectures.push_back(binfmt::find_architecture(oci::Platform::parse(name)).value());
    }
    return extract_interpreters(client_, oci::Reference::parse("127.0.0.1:5000/qemu:1"), amd64, architectures,
                                directory_.path());
  }
  std::string failure(const std::vector<const char*>& names) {
    try {
      extract(names);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::emulation);
      return error.message();
    }
    return "nothing failed";
  }

  Registry registry_;
  Anonymous anonymous_;
  registry::Client client_{registry_, anonymous_, {}};
  sys::TemporaryDirectory directory_;
};

TEST_F(QemuImage, GivesTheFilesOfThisMachinesPlatform) {
  registry_.add_image(oci::Platform::parse("linux/arm64"), {{{"usr/bin/qemu-s390x", "for arm64"}}});
  registry_.add_image(amd64, {{{"usr/bin/qemu-arm", "arm emulator"}, {"usr/bin/qemu-s390x", "for amd64"}}});
  const auto found = extract({"linux/s390x", "linux/arm/v7"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(sys::read_file(found.at("s390x"), 100), "for amd64");
  EXPECT_EQ(sys::read_file(found.at("arm"), 100), "arm emulator");
  const auto mode = std::filesystem::status(found.at("arm")).permissions();
  EXPECT_NE(mode & std::filesystem::perms::owner_exec, std::filesystem::perms::none);
}

TEST_F(QemuImage, LastLayerWinsAndOlderLayersFillIn) {
  registry_.add_image(amd64,
                      {{{"usr/bin/qemu-arm", "old"}, {"usr/bin/qemu-s390x", "first"}}, {{"usr/bin/qemu-arm", "new"}}});
  const auto found = extract({"linux/arm/v7", "linux/s390x"});
  EXPECT_EQ(sys::read_file(found.at("arm"), 100), "new");
  EXPECT_EQ(sys::read_file(found.at("s390x"), 100), "first");
}

TEST_F(QemuImage, MayNameItsFilesStatic) {
  registry_.add_image(amd64, {{{"usr/bin/qemu-aarch64-static", "static"}}});
  EXPECT_EQ(sys::read_file(extract({"linux/arm64"}).at("aarch64"), 100), "static");
}

TEST_F(QemuImage, ThatLacksAnEmulatorIsRefused) {
  registry_.add_image(amd64, {{{"usr/bin/qemu-arm", "x"}}});
  EXPECT_EQ(failure({"linux/arm/v7", "linux/s390x"}), "127.0.0.1:5000/qemu:1 holds no usr/bin/qemu-s390x");
}

TEST_F(QemuImage, ForOtherMachinesIsRefused) {
  registry_.add_image(oci::Platform::parse("linux/arm64"), {{{"usr/bin/qemu-arm", "x"}}});
  EXPECT_THAT(failure({"linux/arm/v7"}), HasSubstr("has no emulators that run on linux/amd64"));
}

}  // namespace
}  // namespace polyarch::app
