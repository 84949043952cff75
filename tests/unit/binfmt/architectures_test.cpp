#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>

#include "base/text.hpp"
#include "binfmt/binfmt.hpp"

namespace polyarch::binfmt {
namespace {

std::string unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("\\x") && text.size() >= 4) {
      out += static_cast<char>(std::stoi(std::string(text.substr(2, 2)), nullptr, 16));
      text.remove_prefix(4);
    } else {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

TEST(Architectures, EveryOneHasAMagicAsLongAsItsMask) {
  std::set<std::string_view> names;
  for (const auto& each : architectures()) {
    EXPECT_EQ(each.magic.size(), 20U) << each.qemu;
    EXPECT_EQ(each.mask.size(), 20U) << each.qemu;
    EXPECT_TRUE(names.insert(each.architecture).second) << each.architecture;
  }
}

TEST(Architectures, NoOneTakesTheProgramsOfAnother) {
  for (const auto& mine : architectures()) {
    for (const auto& other : architectures()) {
      const auto entry = qemu_entry(mine, "/qemu", "F");
      EXPECT_EQ(entry.takes(other.magic), &mine == &other) << mine.qemu << " and " << other.qemu;
    }
  }
}

TEST(Architectures, VariantsShareAnEmulator) {
  for (const auto* const name : {"linux/arm/v5", "linux/arm/v6", "linux/arm/v7"}) {
    EXPECT_EQ(find_architecture(oci::Platform::parse(name)).value().qemu, "arm") << name;
  }
  EXPECT_EQ(find_architecture(oci::Platform::parse("linux/amd64/v3")).value().qemu, "x86_64");
}

TEST(Architectures, OnlyLinuxIsEmulated) {
  EXPECT_FALSE(find_architecture(oci::Platform::parse("windows/arm64")));
  EXPECT_FALSE(find_architecture(oci::Platform::parse("linux/wasm")));
}

TEST(Architectures, ThisMachineHasAPlatform) {
  const auto platform = native_platform();
  EXPECT_EQ(platform.os, "linux");
#if defined(__x86_64__)
  EXPECT_EQ(platform.str(), "linux/amd64");
#elif defined(__aarch64__)
  EXPECT_EQ(platform.str(), "linux/arm64");
#endif
}

// The files that QEMU's own package registers from, when it is installed.
std::map<std::string, Entry> distribution_entries() {
  std::map<std::string, Entry> out;
  for (const auto& each : architectures()) {
    std::ifstream file(fmt::format("/usr/lib/binfmt.d/qemu-{}.conf", each.qemu));
    std::string line;
    if (!std::getline(file, line)) continue;
    const auto fields = text::split(line, ':');
    if (fields.size() < 8) throw Error(ErrorKind::input, "not a binfmt.d line: " + line);
    Entry entry;
    entry.magic = unescape(fields[4]);
    entry.mask = unescape(fields[5]);
    out.emplace(each.qemu, entry);
  }
  return out;
}

TEST(Architectures, AgreeWithThePackageOfTheDistribution) {
  const auto theirs = distribution_entries();
  if (theirs.empty()) GTEST_SKIP() << "no /usr/lib/binfmt.d/qemu-*.conf: qemu-user-static is not installed";
  for (const auto& each : architectures()) {
    const auto found = theirs.find(std::string(each.qemu));
    if (found == theirs.end()) continue;  // a package leaves out what its own machine runs
    EXPECT_EQ(hex(each.magic), hex(found->second.magic)) << each.qemu;
    EXPECT_EQ(hex(each.mask), hex(found->second.mask)) << each.qemu;
  }
}

}  // namespace
}  // namespace polyarch::binfmt
