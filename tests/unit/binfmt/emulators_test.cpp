#include <fmt/core.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binfmt/binfmt.hpp"
#include "sys/files.hpp"

namespace polyarch::binfmt {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const auto arm64 = oci::Platform::parse("linux/arm64");

std::string read(const fs::path& path) {
  return sys::read_file(path, 1 << 20);
}

// Answers as a kernel and a QEMU do.
class ScriptedRunner final : public sys::Runner {
 public:
  enum class Behaviour { works, native, crashes, hangs, refused, fails_late } behaviour = Behaviour::works;

  sys::ProcessResult run(const sys::Command& command) override {
    const bool asked_version = command.env.contains("QEMU_VERSION") || command.argv.back() == "--version";
    if (asked_version && behaviour != Behaviour::native && behaviour != Behaviour::refused) {
      return {0, false, "qemu-aarch64 version 8.2.2 (Debian)\n", ""};
    }
    switch (behaviour) {
      case Behaviour::crashes:
        return {139, false, "", "qemu: uncaught target signal 11 (Segmentation fault)\nmore\n"};
      case Behaviour::hangs:
        return {143, true, "", ""};
      case Behaviour::refused:
        throw Error(ErrorKind::failed, "cannot run " + command.argv.front() + ": Exec format error");
      default:
        break;
    }
    const auto program = read(command.argv.front());
    const auto at = program.find("polyarch:");
    const int status = behaviour == Behaviour::fails_late ? 1 : 0;
    return {status, false, program.substr(at, program.find('\n', at) + 1 - at), ""};
  }
};

using Behaviour = ScriptedRunner::Behaviour;

TEST(Executor, IsTheMachineQemuOrNothing) {
  ScriptedRunner runner;
  EXPECT_EQ(executor(arm64, runner).kind, Executor::Kind::qemu);
  EXPECT_EQ(executor(arm64, runner).version, "8.2.2");
  EXPECT_FALSE(runs_natively(arm64, runner));
  runner.behaviour = Behaviour::native;
  EXPECT_TRUE(runs_natively(arm64, runner));
  runner.behaviour = Behaviour::refused;
  EXPECT_EQ(executor(arm64, runner).kind, Executor::Kind::nothing);
  EXPECT_THAT(executor(arm64, runner).problem, HasSubstr("Exec format error"));
}

TEST(Executor, IsThisMachineForItsOwnPrograms) {
  sys::SystemRunner runner(nullptr);
  EXPECT_TRUE(runs_natively(native_platform(), runner));
  EXPECT_EQ(prove(native_platform(), runner), std::nullopt);
}

TEST(Proof, SaysWhyItFailed) {
  ScriptedRunner runner;
  EXPECT_EQ(prove(arm64, runner), std::nullopt);
  runner.behaviour = Behaviour::crashes;
  EXPECT_EQ(prove(arm64, runner),
            "a linux/arm64 program does not run: it ended with status 139 and said: "
            "qemu: uncaught target signal 11 (Segmentation fault)");
  runner.behaviour = Behaviour::fails_late;  // the right answer alone proves nothing
  EXPECT_THAT(prove(arm64, runner).value(), HasSubstr("status 1"));
  runner.behaviour = Behaviour::hangs;
  EXPECT_THAT(prove(arm64, runner).value(), HasSubstr("did not end within 10 s"));
  runner.behaviour = Behaviour::refused;
  EXPECT_EQ(prove(arm64, runner), "a linux/arm64 program does not run: the kernel refused it: Exec format error");
}

// A directory that looks like binfmt_misc: what is written stays to be read.
class Kernel : public ::testing::Test {
 protected:
  Kernel() {
    put("register", "");
    put("status", "enabled\n");
  }

  void put(const std::string& name, const std::string& text) { std::ofstream(root_.path() / name) << text; }
  void put_entry(const std::string& name, const std::string& interpreter, const std::string& state = "enabled") {
    put(name, fmt::format("{}\ninterpreter {}\nflags: \noffset 0\nmagic 7f454c460201010000000000000000000200b700\n"
                          "mask ffffffffffffff00fffffffffffffffffeffffff\n",
                          state, interpreter));
  }

  sys::TemporaryDirectory root_;
  ScriptedRunner runner_;
  Emulators emulators_{runner_, root_.path()};
};

TEST_F(Kernel, FindsTheEntryThatTakesThePrograms) {
  EXPECT_EQ(emulators_.find(arm64), std::nullopt);
  put("python3.11", "enabled\ninterpreter /usr/bin/python3.11\nflags: \noffset 0\nmagic a70d0d0a\n");
  put_entry("anything", "/opt/qemu");
  EXPECT_EQ(emulators_.entries().size(), 2U);
  EXPECT_EQ(emulators_.find(arm64).value().name, "anything");
  EXPECT_EQ(emulators_.find(oci::Platform::parse("linux/s390x")), std::nullopt);
}

TEST_F(Kernel, HasNoEmulatorWhenItIsSwitchedOff) {
  put_entry("qemu-aarch64", "/opt/qemu", "disabled");
  EXPECT_EQ(emulators_.find(arm64), std::nullopt);
  put_entry("qemu-aarch64", "/opt/qemu");
  put("status", "disabled\n");
  EXPECT_EQ(emulators_.find(arm64), std::nullopt);
}

TEST_F(Kernel, IsSwitchedOnBeforeRegistering) {
  put("status", "disabled\n");
  EXPECT_EQ(emulators_.obstacle().has_value(), false);
  EXPECT_EQ(read(root_.path() / "status").front(), '1');
}

TEST_F(Kernel, GetsTheLineOfAnEmulatorThatWorks) {
  const auto done = emulators_.add(arm64, "/opt/qemu");
  EXPECT_EQ(done.version, "8.2.2");
  EXPECT_EQ(done.entry.name, "qemu-aarch64");
  EXPECT_TRUE(done.entry.fixed());
  EXPECT_TRUE(done.replaced.empty());
  EXPECT_EQ(read(root_.path() / "register"), register_line(done.entry));
}

TEST_F(Kernel, LetsTheOldEmulatorGiveWay) {
  put_entry("other", "/gone/qemu");
  put_entry("qemu-aarch64", "/gone/too", "disabled");
  EXPECT_THAT(emulators_.add(arm64, "/opt/qemu").replaced, ::testing::UnorderedElementsAre("other", "qemu-aarch64"));
  EXPECT_EQ(read(root_.path() / "other").substr(0, 2), "-1");
  EXPECT_EQ(read(root_.path() / "qemu-aarch64").substr(0, 2), "-1");
}

TEST_F(Kernel, GetsTheOldEmulatorBackWhenTheNewOneFails) {
  put_entry("other", "/opt/old");
  runner_.behaviour = Behaviour::crashes;
  try {
    emulators_.add(arm64, "/opt/qemu");
    FAIL() << "an emulator that crashes was registered";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::emulation);
    EXPECT_THAT(error.message(), HasSubstr("/opt/qemu as qemu-aarch64 does not work"));
  }
  EXPECT_THAT(read(root_.path() / "register"), HasSubstr("/opt/old"));
}

TEST_F(Kernel, ForgetsAnEntry) {
  put_entry("qemu-aarch64", "/opt/qemu");
  emulators_.remove("qemu-aarch64");
  EXPECT_EQ(read(root_.path() / "qemu-aarch64").substr(0, 2), "-1");
  emulators_.remove("qemu-never-there");
  for (const auto* const name : {"status", "register", "../x", ""}) {
    EXPECT_THROW(emulators_.remove(name), Error) << name;  // "-1" to status would forget every entry
  }
}

TEST(Mount, SaysWhatIsMissing) {
  ScriptedRunner runner;
  Emulators emulators(runner, "/nonexistent");
  EXPECT_FALSE(emulators.mounted());
  EXPECT_TRUE(emulators.entries().empty());
  const auto error = emulators.obstacle().value();
  EXPECT_THAT(error.message(), HasSubstr("cannot mount binfmt_misc at /nonexistent"));
  EXPECT_FALSE(error.hint().empty());
}

}  // namespace
}  // namespace polyarch::binfmt
