#include <cstring>
#include <elf.h>
#include <fstream>
#include <gtest/gtest.h>

#include "binfmt/binfmt.hpp"
#include "sys/files.hpp"

namespace polyarch::binfmt {
namespace {

class Probe : public ::testing::TestWithParam<Architecture> {
 protected:
  oci::Platform platform() const { return oci::Platform::parse(std::string(GetParam().architecture)); }
};

TEST_P(Probe, IsTakenByItsEmulator) {
  const auto program = probe_program(platform());
  EXPECT_TRUE(qemu_entry(GetParam(), "/qemu", "F").takes(program));
  EXPECT_TRUE(statically_linked(program));
  EXPECT_NE(program.find(probe_answer(platform())), std::string::npos);
}

TEST_P(Probe, HoldsNumbersInItsByteOrder) {
  const auto program = probe_program(platform());
  const bool big = program[EI_DATA] == ELFDATA2MSB;
  const auto at = [&](std::size_t low, std::size_t high) {
    return static_cast<unsigned char>(program[big ? high : low]);
  };
  EXPECT_EQ(at(16, 17), ET_EXEC);
  EXPECT_EQ(at(20, 23), EV_CURRENT);
}

// QEMU alone, without the kernel: every byte of the program is proved by running it.
TEST_P(Probe, RunsUnderQemu) {
  const auto interpreter = local_interpreter(GetParam());
  if (!interpreter) GTEST_SKIP() << "qemu-" << GetParam().qemu << " is not installed";
  const sys::TemporaryDirectory directory;
  const auto path = directory.path() / "probe";
  sys::write_file(path, probe_program(platform()), 0700);
  sys::SystemRunner runner(nullptr);
  sys::Command command;
  command.argv = {interpreter->string(), path.string()};
  const auto result = runner.run(command);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, probe_answer(platform()));
}

INSTANTIATE_TEST_SUITE_P(, Probe, ::testing::ValuesIn(architectures().begin(), architectures().end()),
                         [](const auto& probe) { return std::string(probe.param.architecture); });

TEST(ProbeProgram, RefusesAPlatformWithoutEmulator) {
  EXPECT_THROW(probe_program(oci::Platform::parse("windows/amd64")), Error);
  EXPECT_THROW(probe_program(oci::Platform::parse("linux/wasm")), Error);
}

}  // namespace
}  // namespace polyarch::binfmt
