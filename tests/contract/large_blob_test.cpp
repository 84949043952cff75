// A blob of any size passes through in constant memory. POLYARCH_LONG_TESTS=1 makes it one of 5 GiB.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "contract/registries.hpp"
#include "registry/client.hpp"
#include "unit/registry/fixture.hpp"

namespace polyarch::registry {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20;
constexpr std::uint64_t allowed_growth = 64 * mebibyte;

std::uint64_t blob_size() {
  return (std::getenv("POLYARCH_LONG_TESTS") != nullptr ? 5 * 1024 : 80) * mebibyte;
}

// Bytes that no two places share, without a file that holds them.
std::size_t fill(std::uint64_t offset, char* buffer, std::size_t capacity) {
  const auto size = std::min<std::uint64_t>(capacity, blob_size() - offset);
  for (std::uint64_t at = offset / 4096 * 4096; at < offset + size; at += 4096) {
    const auto from = std::max(at, offset);
    const auto to = std::min(at + 4096, offset + size);
    std::fill(buffer + (from - offset), buffer + (to - offset), static_cast<char>(at / 4096 % 251));
  }
  return size;
}

Digest digest_of_all() {
  Hasher hasher;
  std::string part(mebibyte, '\0');
  for (std::uint64_t at = 0; at < blob_size(); at += part.size()) {
    hasher.update({part.data(), fill(at, part.data(), part.size())});
  }
  return hasher.finish();
}

// In bytes: "VmRSS" is what the process holds now, "VmHWM" the most since forget_peak().
std::uint64_t memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stoull(line.substr(field.size() + 1)) * 1024;
  }
  return 0;
}

void forget_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

TEST(LargeBlobs, TakeNoMoreMemoryThanSmallOnes) {
  if (!testing::DistributionRegistry::installed()) GTEST_SKIP() << "docker-registry is not installed";
  const testing::DistributionRegistry running;  // a process of its own
  const auto transport = http::with_redirects(http::with_retry(http::make_transport({}), {}, system_clock()));
  testing::FakeCredentials credentials;
  Client client(*transport, credentials, {});
  const auto repository = testing::repository(running.authority() + "/large");
  const oci::Descriptor blob{.media_type = "", .digest = digest_of_all(), .size = blob_size()};
  const auto before = memory("VmRSS");
  forget_peak();
  client.push_blob(repository, blob.digest, {blob.size, fill});
  std::uint64_t received = 0;
  client.get_blob(repository, blob, [&](std::string_view bytes) { received += bytes.size(); });
  EXPECT_EQ(received, blob.size);
  EXPECT_LT(memory("VmHWM") - before, allowed_growth);
  RecordProperty("growth", std::to_string((memory("VmHWM") - before) / 1024) + " KiB");
}

}  // namespace
}  // namespace polyarch::registry
