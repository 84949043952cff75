#pragma once
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "sys/files.hpp"
#include "sys/process.hpp"

namespace polyarch::e2e {

inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The binary under test.
inline std::string engine_path() {
  const auto given = variable("POLYARCH_BIN");
  return given.empty() ? std::string(POLYARCH_SOURCE_DIR) + "/build/release/polyarch" : given;
}

inline sys::ProcessResult run(std::vector<std::string> argv, std::map<std::string, std::string> env = {}) {
  sys::SystemRunner runner(nullptr);
  return runner.run({.argv = std::move(argv), .env = std::move(env), .deadline = std::chrono::seconds(180)});
}

inline sys::ProcessResult engine(std::vector<std::string> arguments, std::map<std::string, std::string> env = {}) {
  arguments.insert(arguments.begin(), engine_path());
  return run(std::move(arguments), std::move(env));
}

inline std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Everything that a failed expectation should show.
inline std::string shown(const sys::ProcessResult& result) {
  return "status " + std::to_string(result.status) + "\n" + result.out + "\n" + result.err;
}

inline void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  sys::write_file(path, text);
}

inline Json read_json(const std::filesystem::path& path) {
  return parse_json(sys::read_file(path, 64U << 20), path.string(), 64U << 20);
}

// The engine's own registry on a directory, in a process of its own, until the end of its life.
class ServedRegistry {
 public:
  explicit ServedRegistry(std::vector<std::string> options = {})
      : options_(std::move(options)), thread_([this] { serve(); }) {
    while (port_.empty() && !ended_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      const std::lock_guard lock(mutex_);
      port_ = seen_port_;
    }
  }
  ~ServedRegistry() {
    cancel_.request();
    thread_.join();
  }
  std::string address() const { return "127.0.0.1:" + port_; }
  const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  void serve() {
    sys::SystemRunner runner(&cancel_);
    try {
      runner.run({.argv = joined({engine_path(), "registry", "serve", "--listen", "127.0.0.1:0", "--dir",
                                  directory_.path().string()},
                                 options_),
                  .on_stdout = [this](std::string_view line) {
                    const auto colon = line.find(':', line.find("//"));
                    const std::lock_guard lock(mutex_);
                    if (line.starts_with("serving "))
                      seen_port_ = line.substr(colon + 1, line.find(' ', colon) - colon - 1);
                  }});
    } catch (const std::exception&) {  // cancelled: that is its end
    }
    ended_ = true;
  }

  std::vector<std::string> options_;
  sys::TemporaryDirectory directory_;
  sys::Cancel cancel_;
  std::mutex mutex_;
  std::string seen_port_;
  std::string port_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

// Skips, with the reason, where the real parts are not there.
class Testbed : public ::testing::Test {
 protected:
  void SetUp() override {
    if (variable("POLYARCH_TESTBED_BASE").empty()) {
      GTEST_SKIP() << "no testbed: scripts/testbed.sh up, then eval \"$(scripts/testbed.sh env)\"";
    }
    before_ = builder_containers();
  }

  static std::string base_argument() { return "BASE=" + variable("POLYARCH_TESTBED_BASE"); }
  // A builder of the run's own, in a container.
  static std::vector<std::string> own_builder() {
    return {"--driver", "docker-container", "--driver-opt", "image=" + variable("POLYARCH_BUILDKIT_IMAGE")};
  }
  // What polyarch made since this test began and did not take down.
  std::string left_overs() const {
    std::string out;
    for (const auto& container : builder_containers()) {
      if (!before_.contains(container)) out += container + "\n";
    }
    return out;
  }

  std::filesystem::path path(const std::string& name) const { return scratch_.path() / name; }
  // A context directory with this Dockerfile.
  std::string context(const std::string& dockerfile) const {
    write(path("context/Dockerfile"), dockerfile);
    return path("context").string();
  }
  // What a tag names, by an independent client; nullopt: nothing.
  static std::optional<std::string> digest_of(const std::string& reference) {
    const auto result = run({"skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "--override-arch",
                             "amd64", "docker://" + reference});
    if (!result.ok()) return std::nullopt;
    return result.out.substr(0, result.out.find('\n'));
  }

 private:
  static std::set<std::string> builder_containers() {
    const auto listed = run({"docker", "ps", "--all", "--quiet", "--filter", "name=buildx_buildkit_polyarch-"}).out;
    std::set<std::string> out;
    for (const auto line : text::split(listed, '\n')) {
      if (!line.empty()) out.emplace(line);
    }
    return out;
  }

  std::set<std::string> before_;
  sys::TemporaryDirectory scratch_;
};

}  // namespace polyarch::e2e
