// `polyarch publish` to two registries, killed at any moment: every tag is on a whole index, and a rerun finishes.
#include <chrono>
#include <fcntl.h>
#include <limits>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "e2e/images.hpp"

namespace polyarch::e2e {
namespace {

using Microseconds = std::chrono::microseconds;

class Killed : public Images {
 protected:
  // Images of three platforms that no registry but the first has; the command that publishes them.
  std::vector<std::string> command() {
    const auto source = repository(registry_, "parts");
    std::vector<std::string> out{engine_path(), "--quiet", "publish"};
    for (const auto& tag : tags_) out.insert(out.end(), {"-t", tag});
    for (const auto* const platform : {"linux/amd64", "linux/arm64", "linux/s390x"})
      out.push_back(push_image(source, platform, 400'000));
    return out;
  }

  // Every tag that is there names an index that is whole.
  void expect_whole() {
    for (const auto& tag : tags_) {
      if (digest_of(tag).empty()) continue;
      EXPECT_EQ(whole_platforms(tag).size(), 3U) << tag;
    }
  }

  // Starts the command and kills it after a while; whether it was still running then.
  static bool run_and_kill(const std::vector<std::string>& command, Microseconds life) {
    std::vector<char*> argv;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const auto child = ::fork();
    if (child == 0) {
      ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    std::this_thread::sleep_for(life);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  }

  ServedRegistry registry_;
  ServedRegistry other_;
  const std::vector<std::string> tags_{registry_.address() + "/app:1", registry_.address() + "/app:latest",
                                       other_.address() + "/a/app:1", other_.address() + "/a/app:latest"};
};

TEST_F(Killed, LeavesEveryTagOnAWholeIndexAndARerunFinishes) {
  const int rounds = variable("POLYARCH_LONG_TESTS").empty() ? 20 : 200;
  // The first one warms up; a kill shall come within what the later ones take.
  auto whole = std::numeric_limits<long>::max();
  for (int i = 0; i < 3; ++i) {
    const auto publish = command();
    const auto start = std::chrono::steady_clock::now();
    const auto result = run(publish);
    ASSERT_EQ(result.status, 0) << shown(result);
    whole = std::min(whole,
                     static_cast<long>(duration_cast<Microseconds>(std::chrono::steady_clock::now() - start).count()));
  }
  int killed = 0;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const auto publish = command();
    killed += run_and_kill(publish, Microseconds(std::uniform_int_distribution<long>(0, whole)(random_))) ? 1 : 0;
    expect_whole();
    const auto again = run(publish);
    ASSERT_EQ(again.status, 0) << shown(again);
    expect_whole();
    for (const auto& tag : tags_) EXPECT_EQ(digest_of(tag), digest_of(tags_.front())) << tag;
    EXPECT_NE(digest_of(tags_.front()), "");
  }
  RecordProperty("killed", killed);
  EXPECT_GT(killed, rounds / 4) << "most runs were over before they were killed";
}

}  // namespace
}  // namespace polyarch::e2e
