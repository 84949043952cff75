#include "app/qemu.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <set>
#include <sys/mount.h>
#include <unistd.h>

#include "sys/files.hpp"

// Registers real emulators with the real kernel, and takes every one back. mips64 and loong64 are tried to the full:
// nobody else on the machine depends on them.
namespace polyarch::app {
namespace {

using Action = QemuRegistration::Action;
using ::testing::HasSubstr;

const auto mips64 = oci::Platform::parse("linux/mips64");
const auto loong64 = oci::Platform::parse("linux/loong64");

class QemuOnThisKernel : public ::testing::Test {
 protected:
  void SetUp() override {
    mounted_before_ = emulators_.mounted();
    if (const auto obstacle = emulators_.obstacle()) GTEST_SKIP() << obstacle->message();
    for (const auto& entry : emulators_.entries()) before_.insert(entry.name);
    for (const auto& platform : {mips64, loong64}) {
      if (emulators_.find(platform)) GTEST_SKIP() << platform.str() << " is registered already, and may be in use";
      if (!binfmt::local_interpreter(binfmt::find_architecture(platform).value())) {
        GTEST_SKIP() << "qemu-user-static is not installed";
      }
    }
  }

  void TearDown() override {
    for (const auto& entry : emulators_.entries()) {
      if (ours(entry)) emulators_.remove(entry.name);
    }
    if (!mounted_before_ && emulators_.entries().empty()) umount("/proc/sys/fs/binfmt_misc");
  }

  // Other entries may come and go while we run.
  bool ours(const binfmt::Entry& entry) const {
    return !before_.contains(entry.name) &&
           (entry.name.ends_with("mips64") || entry.name.ends_with("loongarch64") || entry.name.ends_with("aarch64"));
  }

  QemuTools tools() { return {emulators_, runner_, {}}; }

  // Registers as another tool would.
  void register_foreign(const oci::Platform& platform, const std::string& name, const std::string& flags) {
    const auto architecture = binfmt::find_architecture(platform).value();
    auto entry = binfmt::qemu_entry(architecture, binfmt::local_interpreter(architecture).value(), flags);
    entry.name = name;
    std::FILE* const file = std::fopen("/proc/sys/fs/binfmt_misc/register", "w");
    ASSERT_NE(file, nullptr);
    std::fputs(binfmt::register_line(entry).c_str(), file);
    ASSERT_EQ(std::fclose(file), 0);
  }

  sys::SystemRunner runner_{nullptr};
  binfmt::Emulators emulators_{runner_};
  bool mounted_before_ = false;
  std::set<std::string> before_;
};

TEST_F(QemuOnThisKernel, RegistersProvesAndForgets) {
  EXPECT_FALSE(qemu_status({mips64}, tools()).at(0).registered);
  const auto done = qemu_register({mips64, loong64}, "", tools());
  for (const auto& each : done) {
    EXPECT_EQ(each.action, Action::registered);
    EXPECT_TRUE(each.status.works);
    fmt::print("{}", qemu_lines({each}));
  }
  const auto status = qemu_status({mips64}, tools()).at(0);
  EXPECT_TRUE(status.works) << status.problem;
  EXPECT_EQ(status.entry, "qemu-mips64");
  EXPECT_EQ(status.version, done.at(0).status.version);
  EXPECT_THAT(status.flags, HasSubstr("F"));
  EXPECT_EQ(qemu_register({mips64}, "", tools()).at(0).action, Action::kept);
  EXPECT_THAT(qemu_unregister({mips64, loong64}, emulators_),
              ::testing::ElementsAre("qemu-mips64", "qemu-loongarch64"));
  EXPECT_FALSE(qemu_status({mips64}, tools()).at(0).registered);
}

TEST_F(QemuOnThisKernel, RunsTheProgramsOfArm64) {
  const auto arm64 = oci::Platform::parse("linux/arm64");
  const auto done = qemu_register({arm64}, "", tools()).at(0);
  EXPECT_TRUE(done.status.works) << done.status.problem;
}

TEST_F(QemuOnThisKernel, WorksInARootThatHasNoQemu) {
  qemu_register({mips64}, "", tools());
  const sys::TemporaryDirectory root;
  sys::write_file(root.path() / "probe", binfmt::probe_program(mips64), 0755);
  sys::Command command;
  command.argv = {"chroot", root.path().string(), "/probe"};
  const auto result = runner_.run(command);
  EXPECT_EQ(result.out, "polyarch:mips64\n") << result.err;
}

TEST_F(QemuOnThisKernel, ReplacesAnEntryThatFailsInContainers) {
  register_foreign(mips64, "old-mips64", "");
  EXPECT_EQ(emulators_.find(mips64).value().name, "old-mips64");
  const auto done = qemu_register({mips64}, "", tools()).at(0);
  EXPECT_EQ(done.action, Action::replaced);
  EXPECT_THAT(done.replaced, HasSubstr("old-mips64 (flag F is missing"));
  EXPECT_EQ(emulators_.find(mips64).value().name, "qemu-mips64");
  for (const auto& entry : emulators_.entries()) EXPECT_NE(entry.name, "old-mips64");
}

TEST_F(QemuOnThisKernel, PutsTheOldEntryBackWhenTheNewEmulatorIsWrong) {
  register_foreign(mips64, "old-mips64", "");
  const auto wrong = binfmt::local_interpreter(binfmt::find_architecture(loong64).value()).value();
  EXPECT_THROW(emulators_.add(mips64, wrong), Error);
  EXPECT_EQ(emulators_.find(mips64).value().name, "old-mips64");
  EXPECT_TRUE(qemu_status({mips64}, tools()).at(0).registered);
}

TEST_F(QemuOnThisKernel, AsksTheNewestEntryFirst) {
  register_foreign(mips64, "first-mips64", "F");
  register_foreign(mips64, "second-mips64", "F");
  EXPECT_EQ(emulators_.find(mips64).value().name, "second-mips64");
}

TEST_F(QemuOnThisKernel, SaysToAnotherUserWhatIsMissing) {
  const auto as_nobody = [this] {
    setenv("PATH", "/nonexistent", 1);
    if (setgroups(0, nullptr) != 0 || setgid(65534) != 0 || setuid(65534) != 0) _exit(90);
    try {
      emulators_.mount();
    } catch (const Error& error) {
      fmt::print(stderr, "{}\n{}\n", error.message(), error.hint());
      _exit(describe(error.kind()).exit_code);
    }
    _exit(0);
  };
  EXPECT_EXIT(as_nobody(), ::testing::ExitedWithCode(12), "not root and lacks CAP_SYS_ADMIN.*\n.*privileged container");
}

}  // namespace
}  // namespace polyarch::app
