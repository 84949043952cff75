#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "binfmt/binfmt.hpp"
#include "sys/files.hpp"

namespace polyarch::binfmt {
namespace {

namespace fs = std::filesystem;

std::string head_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(4096, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  return head;
}

TEST(Version, IsWhatQemuSays) {
  EXPECT_EQ(parse_qemu_version("qemu-aarch64 version 8.2.2 (Debian 1:8.2.2+ds-0ubuntu1)\nCopyright (c) 2003\n"),
            "8.2.2");
  EXPECT_EQ(parse_qemu_version("qemu-arm version 10.0.0\n"), "10.0.0");
  EXPECT_EQ(parse_qemu_version("qemu-arm version 9.2.50-dirty"), "9.2.50");
  EXPECT_EQ(parse_qemu_version("polyarch:arm\n"), "");
  EXPECT_EQ(parse_qemu_version("qemu-arm"), "");
  EXPECT_EQ(parse_qemu_version("qemu-arm version \x1b[31m"), "");
  EXPECT_EQ(parse_qemu_version(""), "");
}

TEST(StaticallyLinked, IsAProgramWithoutLoader) {
  EXPECT_TRUE(statically_linked(probe_program(oci::Platform::parse("linux/s390x"))));
  EXPECT_FALSE(statically_linked(head_of("/proc/self/exe")));  // the tests are linked dynamically
}

TEST(StaticallyLinked, IsNothingThatIsMalformed) {
  auto program = probe_program(oci::Platform::parse("linux/arm64"));
  EXPECT_FALSE(statically_linked(""));
  EXPECT_FALSE(statically_linked("#!/bin/sh\n"));
  EXPECT_FALSE(statically_linked(program.substr(0, 60)));
  EXPECT_FALSE(statically_linked(program.substr(0, 66)));
  auto far = program;
  far.replace(32, 8, 8, '\xff');  // the table of program headers lies beyond the file
  EXPECT_FALSE(statically_linked(far));
  auto none = program;
  none[56] = 0;
  EXPECT_FALSE(statically_linked(none));
  auto many = program;
  many[56] = '\xff';
  EXPECT_FALSE(statically_linked(many));
}

class Path : public ::testing::Test {
 protected:
  void SetUp() override { setenv("PATH", directory_.path().c_str(), 1); }
  void TearDown() override { setenv("PATH", before_.c_str(), 1); }

  void install(const std::string& name, const std::string& bytes) {
    sys::write_file(directory_.path() / name, bytes, 0755);
  }

  sys::TemporaryDirectory directory_;
  std::string before_ = getenv("PATH");
  Architecture arm_ = find_architecture(oci::Platform::parse("linux/arm")).value();
  std::string static_program_ = probe_program(native_platform());
};

TEST_F(Path, HoldsNoInterpreter) {
  EXPECT_FALSE(local_interpreter(arm_));
}

TEST_F(Path, MayHoldADynamicInterpreterThatDoesNotServe) {
  install("qemu-arm-static", head_of("/proc/self/exe"));
  EXPECT_FALSE(local_interpreter(arm_));
  install("qemu-arm", static_program_);
  EXPECT_EQ(local_interpreter(arm_).value().filename(), "qemu-arm");
}

TEST_F(Path, GivesTheFileBehindALink) {
  install("emulator", static_program_);
  fs::create_symlink("emulator", directory_.path() / "qemu-arm-static");
  EXPECT_EQ(local_interpreter(arm_).value().filename(), "emulator");
}

}  // namespace
}  // namespace polyarch::binfmt
