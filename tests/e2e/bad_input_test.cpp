// What is wrong is said once, in words that help, with the exit code of its kind, soon; and nothing was changed.
#include <algorithm>
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// Answers every request with 401, as a registry does that knows no such user.
class RefusingRegistry {
 public:
  RefusingRegistry() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool listens =
        bind(socket_, generic, size) == 0 && listen(socket_, 8) == 0 && getsockname(socket_, generic, &size) == 0;
    EXPECT_TRUE(listens);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~RefusingRegistry() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() const {
    for (int client = accept(socket_, nullptr, nullptr); client >= 0; client = accept(socket_, nullptr, nullptr)) {
      const timeval patience{.tv_sec = 5, .tv_usec = 0};
      setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      char request[4096];
      const std::string_view answer =
          "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"closed\"\r\n"
          "Content-Length: 0\r\nConnection: close\r\n\r\n";
      if (recv(client, request, sizeof request, 0) > 0) send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      close(client);
    }
  }

  int socket_;
  int port_ = 0;
  std::thread thread_;
};

class BadInput : public Testbed {
 protected:
  static constexpr const char* dockerfile = "ARG BASE\nFROM ${BASE} AS only\nRUN true\n";

  // A build by a builder of its own, were everything else right.
  std::vector<std::string> arguments(const std::vector<std::string>& more) const {
    return joined(joined({"build", "--progress", "plain", "--cache", "off"}, own_builder()), more);
  }
  std::vector<std::string> with_base(const std::vector<std::string>& more) const {
    return joined(more, {"--build-arg", base_argument(), context(dockerfile)});
  }

  void expect_refused(const std::vector<std::string>& arguments, ErrorKind kind, const std::string& message,
                      std::map<std::string, std::string> env = {}, seconds limit = seconds(15)) {
    // Builders stand in the first directory, everything passing in the second.
    for (const char* name : {"buildx", "tmp"}) fs::create_directories(path(name));
    env["BUILDX_CONFIG"] = path("buildx").string();
    env["TMPDIR"] = path("tmp").string();
    const auto start = std::chrono::steady_clock::now();
    const auto result = engine(arguments, env);
    EXPECT_LT(std::chrono::steady_clock::now() - start, limit);
    EXPECT_EQ(result.status, describe(kind).exit_code) << shown(result);
    expect_one_clear_error(result, message);
    EXPECT_TRUE(fs::is_empty(path("tmp")));
    const auto builders = path("buildx/instances");
    EXPECT_TRUE(!fs::exists(builders) || fs::is_empty(builders)) << "a builder is left";
  }

 private:
  static void expect_one_clear_error(const sys::ProcessResult& result, const std::string& message) {
    const auto lines = text::split(result.err, '\n');
    const auto error = std::ranges::find_if(lines, [](const auto& line) { return line.starts_with("error: "); });
    ASSERT_NE(error, lines.end()) << shown(result);
    EXPECT_NE(error->find(message), std::string::npos) << shown(result);
    EXPECT_EQ(std::ranges::count_if(lines, [](const auto& line) { return line.starts_with("error: "); }), 1)
        << shown(result);
    ASSERT_NE(error + 1, lines.end());
    EXPECT_TRUE((error + 1)->starts_with("  hint: ")) << shown(result);
    for (const char* trace : {"defect of polyarch", "terminate called", "goroutine", "panic:", "stack trace", ".cpp:"})
      EXPECT_EQ(result.err.find(trace), std::string::npos) << shown(result);
  }
};

struct Mistake {
  const char* name;
  std::vector<std::string> arguments;
  ErrorKind kind;
  const char* message;
};

class Mistakes : public BadInput, public ::testing::WithParamInterface<Mistake> {};

TEST_P(Mistakes, AreRefusedBeforeAnythingStarts) {
  const auto& mistake = GetParam();
  expect_refused(arguments(with_base(mistake.arguments)), mistake.kind, mistake.message, {}, seconds(10));
}

INSTANTIATE_TEST_SUITE_P(
    Build, Mistakes,
    ::testing::Values(Mistake{"Platform", {"--platform", "linux/amd46"}, ErrorKind::usage, "linux/amd46"},
                      Mistake{"PlatformOfScope", {"--build-arg", "linux/s390x:A=B"}, ErrorKind::usage, "linux/s390x"},
                      Mistake{"Tag", {"--tag", "Upper/Case:1"}, ErrorKind::usage, "Upper/Case:1"},
                      Mistake{"TagWithADigest",
                              {"--tag", "a/b@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
                              ErrorKind::usage,
                              "names a digest"},
                      Mistake{"PushWithoutATag", {"--push"}, ErrorKind::usage, "--push needs a tag"},
                      Mistake{"Option", {"--platfrom", "linux/amd64"}, ErrorKind::usage, "--platfrom"},
                      Mistake{"Choice", {"--push-with", "magic"}, ErrorKind::usage, "magic"},
                      Mistake{"Annotation", {"--annotation", "index:nothing"}, ErrorKind::usage, "index:nothing"},
                      Mistake{"Dockerfile", {"--file", "none/Dockerfile"}, ErrorKind::input, "none/Dockerfile"},
                      Mistake{"Stage", {"--target", "none"}, ErrorKind::usage, "'none'"},
                      Mistake{"NameOfBuilder", {"--builder", "never-made"}, ErrorKind::builder, "'never-made'"},
                      Mistake{"PlatformsAllOptional",
                              {"--optional-platform", "linux/amd64", "--platform", "linux/amd64"},
                              ErrorKind::usage,
                              "every platform is optional"}),
    [](const auto& given) { return std::string(given.param.name); });

TEST_F(BadInput, TheContextIsNotThere) {
  expect_refused(arguments({path("none").string()}), ErrorKind::input, path("none").string());
}

TEST_F(BadInput, TheContextHasNoDockerfile) {
  fs::create_directories(path("empty"));
  expect_refused(arguments({path("empty").string()}), ErrorKind::input, path("empty/Dockerfile").string());
}

TEST_F(BadInput, TheDockerfileIsMalformed) {
  expect_refused(arguments({context("FROM scratch\nCOPPY a b\n")}), ErrorKind::input, "Dockerfile:2");
}

TEST_F(BadInput, NoBuilderAnswersAtTheAddress) {
  expect_refused(with_base({"build", "--cache", "off", "--builder", "tcp://127.0.0.1:1"}), ErrorKind::builder,
                 "the builder at tcp://127.0.0.1:1 does not answer: Connection refused");
}

// A disk of a size of its own for as long as it lives.
class SmallDisk {
 public:
  SmallDisk(fs::path path, const char* size) : path_(std::move(path)) {
    fs::create_directories(path_);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, fmt::format("size={}", size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount(path_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  fs::path path_;
  bool mounted_ = false;
};

TEST_F(BadInput, TheDiskIsFull) {
  const SmallDisk disk(path("tmp"), "600k");
  if (!disk.mounted()) GTEST_SKIP() << "a disk of its own needs the right to mount one";
  const ServedRegistry registry;
  expect_refused(arguments(with_base({"--push", "--push-with", "engine", "--tag", registry.address() + "/e2e/full:1"})),
                 ErrorKind::storage, "this machine's disk is full", {}, seconds(30));
  EXPECT_FALSE(digest_of(registry.address() + "/e2e/full:1"));
}

TEST_F(BadInput, TheRegistryDoesNotAnswer) {
  expect_refused(arguments(with_base({"--push", "--tag", "127.0.0.1:1/e2e/bad:1"})), ErrorKind::network,
                 "cannot connect to http://127.0.0.1:1");
}

TEST_F(BadInput, TheRegistryRefusesTheLogin) {
  const RefusingRegistry registry;
  const std::map<std::string, std::string> login{{"POLYARCH_REGISTRY_AUTH", registry.address() + "=me:wrong-password"}};
  expect_refused(arguments(with_base({"--push", "--tag", registry.address() + "/e2e/bad:1"})), ErrorKind::auth,
                 registry.address(), login);
  expect_refused(arguments(with_base({"--push", "--tag", registry.address() + "/e2e/bad:1"})), ErrorKind::auth,
                 registry.address());
}

TEST_F(BadInput, TheBaseImageLacksThePlatform) {
  expect_refused(arguments(with_base({"--platform", "linux/amd64,linux/mips64le"})), ErrorKind::input,
                 "not linux/mips64le");
}

TEST_F(BadInput, TheBaseImageIsNotThere) {
  const auto base = variable("POLYARCH_TESTBED_REGISTRY") + "/testbed/none:1";
  expect_refused(arguments({"--driver-opt", "network=host", "--build-arg", "BASE=" + base, context(dockerfile)}),
                 ErrorKind::input, base, {}, seconds(40));
}

}  // namespace
}  // namespace polyarch::e2e
