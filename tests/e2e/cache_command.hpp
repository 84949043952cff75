#pragma once
#include <csignal>
#include <random>
#include <spawn.h>
#include <sys/wait.h>

#include "e2e/engine.hpp"
#include "unit/cache/trees.hpp"

extern char** environ;

// Directories kept in a registry, by the engine as users run it.
namespace polyarch::e2e {

namespace fs = std::filesystem;

class CacheCommand : public ::testing::Test {
 protected:
  CacheCommand() { fs::create_directories(from()); }

  fs::path from() const { return scratch_.path() / "from"; }
  fs::path to(const std::string& name = "to") const { return scratch_.path() / name; }
  std::string ref(const std::string& key) const { return registry_.address() + "/cache:" + key; }
  // What the machine knows of the files stands in a directory of the test's own.
  std::map<std::string, std::string> home(const std::string& machine) const {
    return {{"XDG_CACHE_HOME", (scratch_.path() / machine).string()}};
  }

  std::vector<std::string> save_arguments(const std::string& key) const {
    return {"cache", "save", "--ref", ref(key), "--directory", from().string(), "--format", "json", "tree"};
  }
  Json save(const std::string& key, const std::string& machine = "here") const {
    const auto result = engine(save_arguments(key), home(machine));
    EXPECT_EQ(result.status, 0) << shown(result);
    return parse_json(result.out, "result");
  }
  sys::ProcessResult restore(const std::string& key, const fs::path& directory,
                             const std::vector<std::string>& more = {}) const {
    return engine(
        joined({"cache", "restore", "--ref", ref(key), "--directory", directory.string(), "--format", "json"}, more),
        home("there"));
  }

  sys::TemporaryDirectory scratch_;
  std::mt19937_64 random_{42};
  ServedRegistry registry_;
};

// Starts the engine and kills it after `delay`; false: it had ended by then.
inline bool kill_engine(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& env,
                        std::chrono::microseconds delay) {
  std::vector<std::string> words{engine_path()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<std::string> variables;
  for (const auto& [name, value] : env) variables.emplace_back(name).append("=").append(value);
  std::vector<char*> environment;
  for (auto& variable : variables) environment.push_back(variable.data());
  for (char** each = environ; *each != nullptr; ++each) environment.push_back(*each);
  environment.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child = 0;
  const int error = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("the engine cannot be started");
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

}  // namespace polyarch::e2e
