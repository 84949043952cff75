#pragma once
#include <algorithm>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <thread>

// Secrets that are given to a run, and must show up nowhere.
namespace polyarch::ci_clients {

inline constexpr std::string_view login = "ci:canary-login-7f3a";
inline constexpr std::string_view encoded_login = "Y2k6Y2FuYXJ5LWxvZ2luLTdmM2E=";  // as Docker's files have it
inline constexpr const char* htpasswd_line = "ci:$2b$04$zGIRYA4WYnnKi/sXquk85Olcmg.qwrf6yr8ezdIBiRzlugoVTy5kK\n";
inline constexpr std::string_view login_canary = "canary-login-7f3a";
inline constexpr std::string_view token_canary = "canary-token-51c9";
inline constexpr std::string_view proxy_canary = "canary-proxy-e02d";
inline constexpr std::string_view job_canary = "canary-job-88d1";        // the CI's own token
inline constexpr std::string_view origin_canary = "canary-origin-3b60";  // in the URL that was cloned
inline constexpr std::string_view context_canary = "canary-context-d9f4";
inline constexpr std::string_view encoded_context = "bWU6Y2FuYXJ5LWNvbnRleHQtZDlmNA==";
inline constexpr std::string_view canaries[] = {login_canary, token_canary,  proxy_canary,   encoded_login,
                                                job_canary,   origin_canary, context_canary, encoded_context};

inline bool has_canary(std::string_view text) {
  return std::ranges::any_of(canaries, [&](auto canary) { return text.find(canary) != std::string_view::npos; });
}

// Nothing when it is gone.
inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  try {
    return {std::istreambuf_iterator<char>(file), {}};
  } catch (const std::ios::failure&) {  // a process that ended
    return {};
  }
}

// Small files below `directory` that hold one: what is larger is a program. Git keeps the URL that was cloned.
inline std::set<std::string> files_with_canaries(const std::filesystem::path& directory) {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.path().string().ends_with(".git/config")) continue;
    if (entry.is_regular_file() && entry.file_size() < (1U << 20) && has_canary(bytes_of(entry.path()))) {
      out.insert(entry.path().lexically_relative(directory).string());
    }
  }
  return out;
}

// Looks at the arguments of all processes for as long as it lives.
class ArgumentsWatch {
 public:
  ArgumentsWatch() : thread_([this] { watch(); }) {}
  ~ArgumentsWatch() { end(); }
  // The command lines that held a canary.
  const std::set<std::string>& end() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
    return seen_;
  }
  std::size_t looks() const { return looks_; }

 private:
  void watch() {
    for (; !ended_; ++looks_) {
      for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        auto line = bytes_of(entry.path() / "cmdline");
        std::ranges::replace(line, '\0', ' ');
        if (line.starts_with("git -c protocol.file.allow=user ")) continue;  // BuildKit's own, inside the builder
        if (has_canary(line)) seen_.insert(line);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  std::atomic<bool> ended_ = false;
  std::set<std::string> seen_;
  std::size_t looks_ = 0;
  std::thread thread_;
};

}  // namespace polyarch::ci_clients
