// A user who may not register emulators, but may use Docker: a privileged container of the real Engine does it.
#include <sys/stat.h>
#include <unistd.h>

#include "binfmt/binfmt.hpp"
#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

namespace fs = std::filesystem;

const auto mips64 = oci::Platform::parse("linux/mips64");

class QemuThroughDocker : public Testbed {
 protected:
  void SetUp() override {
    Testbed::SetUp();
    if (IsSkipped()) return;
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    if (const auto obstacle = emulators_.obstacle()) GTEST_SKIP() << obstacle->message();
    if (emulators_.find(mips64)) GTEST_SKIP() << mips64.str() << " is registered already, and may be in use";
    interpreter_ = binfmt::local_interpreter(binfmt::find_architecture(mips64).value());
    if (!interpreter_) GTEST_SKIP() << "qemu-user-static is not installed";
  }
  void TearDown() override {
    if (!interpreter_) return;
    emulators_.remove("qemu-mips64");
    run({"docker", "image", "rm", "--force", image});
  }

  // An image that is called as tonistiigi/binfmt is, and knows one architecture.
  void make_image() {
    const auto entry = binfmt::qemu_entry(binfmt::find_architecture(mips64).value(), "/usr/bin/qemu-mips64", "F");
    write(path("image/entry"), binfmt::register_line(entry));
    write(path("image/install"),
          "set -e\n[ \"$*\" = '--install mips64' ]\n"
          "mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc\n"
          "cat /entry > /proc/sys/fs/binfmt_misc/register\n");
    fs::copy_file(*interpreter_, path("image/qemu-mips64"));
    write(path("image/Dockerfile"),
          "ARG BASE\nFROM ${BASE}\nCOPY qemu-mips64 /usr/bin/\nCOPY entry install /\n"
          "ENTRYPOINT [\"/bin/sh\", \"/install\"]\n");
    const auto made = run({"docker", "buildx", "build", "--builder", "default", "--load", "--tag", image, "--build-arg",
                           base_argument(), path("image").string()});
    ASSERT_TRUE(made.ok()) << shown(made);
  }

  // As a user who owns nothing but may read the project and speak to the Engine.
  sys::ProcessResult as_nobody(std::vector<std::string> arguments) const {
    struct stat socket {};
    const auto host = variable("DOCKER_HOST");
    EXPECT_EQ(::stat(host.substr(host.find("//") + 2).c_str(), &socket), 0) << host;
    fs::create_directories(path("tmp"));
    fs::permissions(path("tmp"), fs::perms::all);
    arguments.insert(arguments.begin(),
                     {"setpriv", "--reuid", "65534", "--regid", std::to_string(socket.st_gid), "--clear-groups",
                      "--inh-caps", "-all,+dac_read_search", "--ambient-caps", "-all,+dac_read_search", engine_path()});
    return run(std::move(arguments), {{"TMPDIR", path("tmp").string()}});
  }

  static constexpr const char* image = "polyarch-e2e/binfmt:latest";
  sys::SystemRunner runner_{nullptr};
  binfmt::Emulators emulators_{runner_};
  std::optional<fs::path> interpreter_;
};

TEST_F(QemuThroughDocker, APrivilegedContainerRegistersWhatTheUserMayNot) {
  make_image();
  const auto result = as_nobody({"qemu", "register", "--image", image, "linux/mips64"});
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_NE(result.out.find("docker run " + std::string(image)), std::string::npos) << shown(result);
  EXPECT_FALSE(binfmt::prove(mips64, runner_)) << "the program of the other architecture runs";
  EXPECT_EQ(emulators_.find(mips64).value().interpreter, "/usr/bin/qemu-mips64");
}

TEST_F(QemuThroughDocker, AnImageThatCannotDoItIsNamed) {
  const auto result = as_nobody({"qemu", "register", "--image", "polyarch-e2e/none:latest", "linux/mips64"});
  EXPECT_EQ(result.status, 12) << shown(result);
  EXPECT_NE(result.err.find("Docker cannot do it instead"), std::string::npos) << shown(result);
  EXPECT_FALSE(emulators_.find(mips64));
}

}  // namespace
}  // namespace polyarch::e2e
