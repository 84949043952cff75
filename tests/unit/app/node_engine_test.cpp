#include "app/node_engine.hpp"

#include <fstream>
#include <gmock/gmock.h>

#include "base/error.hpp"
#include "binfmt/binfmt.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// What lies beside this program while the test runs.
class Beside {
 public:
  Beside(const std::string& name, std::string_view bytes)
      : path_(fs::read_symlink("/proc/self/exe").parent_path() / name) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~Beside() { fs::remove(path_); }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string engine_refusal(const oci::Platform& machine) {
  try {
    return "took " + node_engine(machine).string();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::emulation);
    return error.message() + "; " + error.hint();
  }
}

TEST(NodeEngine, OfAnotherArchitectureLiesBesideThisOne) {
  const auto machine = oci::Platform::parse("linux/s390x");
  EXPECT_THAT(engine_refusal(machine), HasSubstr("machine is linux/s390x, which this engine does not run on; put"));
  EXPECT_THAT(engine_refusal(machine), HasSubstr("/polyarch-linux-s390x"));
  const Beside engine("polyarch-linux-s390x", binfmt::probe_program(machine));
  EXPECT_EQ(node_engine(machine), engine.path());
  EXPECT_THAT(engine_refusal(oci::Platform::parse("linux/riscv64")), HasSubstr("/polyarch-linux-riscv64"));
}

// It runs in a stage that has nothing else, no loader either.
TEST(NodeEngine, IsStatic) {
  const auto machine = oci::Platform::parse("linux/ppc64le");
  const Beside script("polyarch-linux-ppc64le", "#!/bin/sh\n");
  EXPECT_THAT(engine_refusal(machine), HasSubstr("put the engine of that platform beside this one"));
}

}  // namespace
}  // namespace polyarch::app
