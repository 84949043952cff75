#include "app/qemu.hpp"

#include <fmt/core.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/files.hpp"
#include "unit/app/platforms.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;
using Action = QemuRegistration::Action;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const auto armv6 = oci::Platform::parse("linux/arm/v6");

std::string read(const fs::path& path) {
  return sys::read_file(path, 1 << 20);
}

// Starts probes as a machine does that runs amd64, and under QEMU what `emulated` names.
class Machine final : public sys::Runner {
 public:
  std::set<std::string> emulated;
  bool crashes = false;
  bool registers = true;  // a new emulator takes effect
  std::vector<std::vector<std::string>> dockers;
  std::function<void()> docker_registers;

  sys::ProcessResult run(const sys::Command& command) override {
    if (command.argv.front() == "docker") {
      dockers.push_back(command.argv);
      if (docker_registers) docker_registers();
      return {};
    }
    const std::string version = "qemu-x version 8.2.2\n";
    if (command.argv.back() == "--version") {
      if (registers) emulated.insert({"arm64", "arm"});
      return {0, false, version, ""};
    }
    const auto program = read(command.argv.front());
    const auto at = program.find("polyarch:");
    const auto answer = program.substr(at, program.find('\n', at) + 1 - at);
    if (answer == "polyarch:amd64\n") return {0, false, answer, ""};
    if (!emulated.contains(answer.substr(9, answer.size() - 10))) {
      throw Error(ErrorKind::failed, "cannot run probe: Exec format error");
    }
    if (command.env.contains("QEMU_VERSION")) return {0, false, version, ""};
    return crashes ? sys::ProcessResult{139, false, "", ""} : sys::ProcessResult{0, false, answer, ""};
  }
};

// A directory in place of binfmt_misc, and a PATH with one static emulator a name.
class Qemu : public ::testing::Test {
 protected:
  Qemu() {
    put("register", "");
    put("status", "enabled\n");
    setenv("PATH", path_.path().c_str(), 1);
  }
  ~Qemu() override { setenv("PATH", before_.c_str(), 1); }

  void put(const std::string& name, const std::string& text) { std::ofstream(root_.path() / name) << text; }
  void put_arm64_entry(const std::string& flags) {
    put("qemu-aarch64", fmt::format("enabled\ninterpreter /opt/old\nflags: {}\noffset 0\n"
                                    "magic 7f454c460201010000000000000000000200b700\n"
                                    "mask ffffffffffffff00fffffffffffffffffeffffff\n",
                                    flags));
  }
  void install(const std::string& name) {
    sys::write_file(path_.path() / name, binfmt::probe_program(binfmt::native_platform()), 0755);
  }
  void lack_the_right() {
    fs::remove(root_.path() / "register");
    fs::create_symlink("/proc/sys/kernel/version", root_.path() / "register");  // EACCES, for root too
  }
  QemuTools tools() { return {emulators_, machine_, {}}; }

  std::string before_ = getenv("PATH");
  sys::TemporaryDirectory root_, path_;
  Machine machine_;
  binfmt::Emulators emulators_{machine_, root_.path()};
};

TEST_F(Qemu, StatusTellsNativeMissingEmulatedAndBroken) {
  const auto of = [this](const char* platform) { return qemu_status({oci::Platform::parse(platform)}, tools()).at(0); };
  EXPECT_TRUE(of("linux/amd64").native);
  EXPECT_TRUE(of("linux/amd64").works);
  EXPECT_FALSE(of("linux/arm64").registered);
  EXPECT_EQ(of("linux/arm64").problem, "no emulator is registered");
  machine_.emulated = {"arm64"};
  put_arm64_entry("POCF");
  EXPECT_TRUE(of("linux/arm64").works);
  EXPECT_EQ(of("linux/arm64").version, "8.2.2");
  EXPECT_EQ(of("linux/arm64").interpreter, "/opt/old");
  machine_.crashes = true;
  EXPECT_FALSE(of("linux/arm64").works);
  EXPECT_THAT(of("linux/arm64").problem, HasSubstr("status 139"));
}

TEST_F(Qemu, StatusTrustsAnEmulatorWhoseEntryCannotBeSeenInAContainer) {
  machine_.emulated = {"arm64"};
  const auto status = qemu_status({arm64}, tools()).at(0);
  EXPECT_TRUE(status.works);
  EXPECT_FALSE(status.native);
  EXPECT_THAT(qemu_table({status}), HasSubstr("registered outside of this container"));
}

TEST_F(Qemu, StatusKnowsThatAnEmulatorWithoutFlagFFailsInContainers) {
  machine_.emulated = {"arm64"};
  put_arm64_entry("OC");
  EXPECT_FALSE(qemu_status({arm64}, tools()).at(0).works);
}

TEST_F(Qemu, RegisterLeavesAloneWhatWorks) {
  machine_.emulated = {"arm64"};
  const auto done = qemu_register({oci::Platform::parse("linux/amd64"), arm64}, "", tools());
  EXPECT_EQ(done.at(0).action, Action::native);
  EXPECT_EQ(done.at(1).action, Action::kept);
  EXPECT_EQ(read(root_.path() / "register"), "");
}

TEST_F(Qemu, RegisterTakesWhatIsInstalled) {
  install("qemu-aarch64-static");
  const auto done = qemu_register({arm64}, "", tools()).at(0);
  EXPECT_EQ(done.action, Action::registered);
  EXPECT_EQ(done.source, (path_.path() / "qemu-aarch64-static").string());
  EXPECT_EQ(done.status.version, "8.2.2");
  EXPECT_TRUE(done.status.works);
  EXPECT_THAT(read(root_.path() / "register"), HasSubstr("qemu-aarch64-static"));
}

TEST_F(Qemu, RegisterSaysWhatItReplacedAndWhy) {
  install("qemu-aarch64-static");
  machine_.emulated = {"arm64"};
  put_arm64_entry("");
  const auto done = qemu_register({arm64}, "", tools());
  EXPECT_EQ(done.at(0).action, Action::replaced);
  EXPECT_THAT(qemu_lines(done), HasSubstr("instead of qemu-aarch64 (flag F is missing"));
}

TEST_F(Qemu, RegisterNeedsOneEmulatorForEveryVariantOfArm) {
  install("qemu-arm-static");
  const auto done = qemu_register({armv6, armv7}, "", tools());
  EXPECT_EQ(done.at(0).action, Action::registered);
  EXPECT_EQ(done.at(1).action, Action::kept);
  EXPECT_TRUE(done.at(1).status.works);
}

TEST_F(Qemu, RegisterRefusesAnEmulatorThatCrashes) {
  install("qemu-aarch64-static");
  machine_.crashes = true;
  EXPECT_THROW(qemu_register({arm64}, "", tools()), Error);
}

TEST_F(Qemu, RegisterNeedsAnEmulatorFromSomewhere) {
  try {
    qemu_register({arm64}, "", tools());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::emulation);
    EXPECT_THAT(error.hint(), HasSubstr("--image"));
  }
}

TEST_F(Qemu, RegisterAsksDockerWhenItLacksTheRight) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a file that it cannot write";
  install("docker");
  put_arm64_entry("");
  lack_the_right();
  machine_.emulated = {"arm64"};
  machine_.docker_registers = [this] { put_arm64_entry("F"); };
  const auto done = qemu_register({arm64}, "r.example/qemu:1", tools()).at(0);
  EXPECT_THAT(machine_.dockers.at(0), ElementsAre("docker", "run", "--privileged", "--rm", "r.example/qemu:1",
                                                  "--uninstall", "qemu-aarch64", "--install", "arm64"));
  EXPECT_EQ(done.action, Action::replaced);
}

TEST_F(Qemu, RegisterBelievesDockerOnlyWhatIsProven) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a file that it cannot write";
  install("docker");
  lack_the_right();
  try {
    qemu_register({arm64}, "r.example/qemu:1", tools());
    FAIL() << "nothing was registered";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::emulation);
    EXPECT_THAT(error.message(), HasSubstr("r.example/qemu:1, but programs of linux/arm64 do not run"));
  }
}

TEST_F(Qemu, RegisterSaysWhatIsMissingWhenThereIsNoDockerEither) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a file that it cannot write";
  lack_the_right();
  try {
    qemu_register({arm64}, "", tools());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::permission);
    EXPECT_THAT(error.message(), HasSubstr("CAP_SYS_ADMIN"));
    EXPECT_THAT(error.hint(), HasSubstr("privileged container"));
  }
}

TEST_F(Qemu, UnregisterLeavesOtherEmulatorsAlone) {
  put_arm64_entry("F");
  fs::copy(root_.path() / "qemu-aarch64", root_.path() / "rosetta");
  EXPECT_THAT(qemu_unregister({arm64, armv7}, emulators_), ElementsAre("qemu-aarch64"));
  EXPECT_THAT(read(root_.path() / "qemu-aarch64"), ::testing::StartsWith("-1"));
  EXPECT_THAT(read(root_.path() / "rosetta"), ::testing::StartsWith("enabled"));
}

TEST_F(Qemu, UnknownPlatformsAreRefused) {
  EXPECT_THROW(qemu_status({oci::Platform::parse("windows/amd64")}, tools()), Error);
}

QemuEntryStatus works() {
  return {arm64, false, true, "qemu-aarch64", "/usr/bin/qemu-aarch64-static", "8.2.2", "POCF", true, {}};
}

TEST(QemuTable, HasALineAPlatform) {
  QemuEntryStatus native{oci::Platform::parse("linux/amd64"), true, false, {}, {}, {}, {}, true, {}};
  QemuEntryStatus missing{armv7, false, false, {}, {}, {}, {}, false, "no emulator is registered"};
  EXPECT_EQ(qemu_table({native, works(), missing}),
            "PLATFORM      STATE     QEMU   FLAGS  INTERPRETER\n"
            "linux/amd64   native    -      -\n"
            "linux/arm64   emulated  8.2.2  POCF   /usr/bin/qemu-aarch64-static\n"
            "linux/arm/v7  missing   -      -      no emulator is registered\n");
}

TEST(QemuJson, LeavesOutWhatIsAbsent) {
  EXPECT_EQ(to_json(works()).dump(),
            R"({"entry":"qemu-aarch64","flags":"POCF","interpreter":"/usr/bin/qemu-aarch64-static","native":false,)"
            R"("platform":"linux/arm64","registered":true,"state":"emulated","version":"8.2.2","works":true})");
  QemuRegistration done;
  done.status = works();
  done.action = Action::registered;
  done.source = "/q";
  done.took = std::chrono::milliseconds(12);
  const auto json = to_json(done);
  EXPECT_EQ(json.at("action"), "registered");
  EXPECT_EQ(json.at("source"), "/q");
  EXPECT_EQ(json.at("milliseconds"), 12);
  EXPECT_FALSE(json.contains("replaced"));
}

TEST(CommonPlatforms, AreAllEmulated) {
  for (const auto& platform : common_platforms()) EXPECT_TRUE(binfmt::find_architecture(platform)) << platform.str();
}

}  // namespace
}  // namespace polyarch::app
