#include "oci/layout.hpp"

#include <fmt/core.h>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"

namespace polyarch::oci {
namespace {

namespace fs = std::filesystem;

class LayoutTest : public ::testing::Test {
 protected:
  LayoutTest() {
    auto name = (fs::temp_directory_path() / "layout-XXXXXX").string();
    root_ = mkdtemp(name.data());
    write("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    write("index.json", index({entry()}));
  }
  ~LayoutTest() override { fs::remove_all(root_); }

  void write(const fs::path& name, std::string_view bytes) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << bytes;
  }
  static std::string index(const std::vector<Descriptor>& entries) {
    Index out;
    out.manifests = entries;
    return out.dump();
  }
  static Descriptor entry(std::string_view bytes = "hello") {
    return {"application/x", Digest::sha256(bytes), bytes.size()};
  }

  fs::path root_;
};

TEST_F(LayoutTest, ReadsABlob) {
  const Layout layout(root_);
  write(fs::path("blobs/sha256") / std::string(layout.root().digest.hex()), "hello");
  EXPECT_EQ(layout.read_blob(layout.root()), "hello");
}

TEST_F(LayoutTest, RefusesABlobThatIsNotWhatItSays) {
  const Layout layout(root_);
  const auto name = fs::path("blobs/sha256") / std::string(layout.root().digest.hex());
  EXPECT_THROW(layout.read_blob(layout.root()), Error) << "missing";
  for (const auto* bytes : {"", "hell", "hellO", "hello!"}) {
    write(name, bytes);
    EXPECT_THROW(layout.read_blob(layout.root()), Error) << bytes;
  }
  auto huge = layout.root();
  huge.size = (16U << 20) + 1;
  EXPECT_THROW(layout.read_blob(huge), Error);
}

TEST_F(LayoutTest, RefusesWhatIsNoLayout) {
  for (const auto* marker : {"", "{}", "[]", R"({"imageLayoutVersion":"2.0.0"})", R"({"imageLayoutVersion":1})"}) {
    write("oci-layout", marker);
    EXPECT_THROW(Layout{root_}, Error) << marker;
  }
  write("oci-layout", R"({"imageLayoutVersion":"1.0.0"})" + std::string(5000, ' '));
  EXPECT_THROW(Layout{root_}, Error) << "too large";
  EXPECT_THROW(Layout{root_ / "none"}, Error);
}

TEST_F(LayoutTest, RefusesAMalformedIndex) {
  for (const auto* text : {"", "{}", R"({"manifests":7})"}) {
    write("index.json", text);
    EXPECT_THROW(Layout{root_}, Error) << text;
  }
  fs::remove(root_ / "index.json");
  EXPECT_THROW(Layout{root_}, Error);
}

TEST_F(LayoutTest, TheRootIsOne) {
  write("index.json", index({}));
  EXPECT_THROW(Layout(root_).root(), Error);
  write("index.json", index({entry("a"), entry("b")}));
  EXPECT_THROW(Layout(root_).root(), Error);
  EXPECT_EQ(Layout(root_).index().manifests.size(), 2U);
}

}  // namespace
}  // namespace polyarch::oci
