#include "base/digest.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch {
namespace {

const std::string empty_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, HashesKnownVectors) {
  EXPECT_EQ(Digest::sha256("").str(), "sha256:" + empty_sha256);
  EXPECT_EQ(Digest::sha256("abc").str(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Hasher hasher("sha512");
  hasher.update("a");
  hasher.update("");
  hasher.update("bc");
  EXPECT_EQ(hasher.finish().str(),
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
            "454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Digest, HasParts) {
  const auto digest = Digest::parse("sha256:" + empty_sha256);
  EXPECT_EQ(digest.algorithm(), "sha256");
  EXPECT_EQ(digest.hex(), empty_sha256);
  EXPECT_EQ(digest.short_hex(), "e3b0c44298fc");
  EXPECT_TRUE(Digest().empty());
  EXPECT_FALSE(digest.empty());
}

TEST(Digest, RefusesWhatIsNone) {
  auto upper = "sha256:" + empty_sha256;
  upper[7] = 'E';
  for (const auto& text : {std::string(), std::string(":"), std::string("sha256:"), empty_sha256, "md5:" + empty_sha256,
                           "SHA256:" + empty_sha256, "sha512:" + empty_sha256, "sha256:" + empty_sha256 + "0",
                           "sha256:" + empty_sha256.substr(1), "sha256:../../" + empty_sha256.substr(6), upper,
                           " sha256:" + empty_sha256, "sha256:" + std::string(64, '\0')}) {
    EXPECT_FALSE(Digest::valid(text)) << text;
    EXPECT_THROW(Digest::parse(text), Error) << text;
  }
}

TEST(Digest, AnErrorShowsNoHostileBytes) {
  try {
    Digest::parse("\x1b[31m\r\n" + std::string(10'000, 'x'));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message().find_first_of("\x1b\r\n"), std::string::npos);
    EXPECT_LT(error.message().size(), 300U);
  }
}

}  // namespace
}  // namespace polyarch
