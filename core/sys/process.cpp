#include "sys/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace polyarch::sys {
namespace {

using Steady = std::chrono::steady_clock;
constexpr int unseen_end = 5;  // ms between looks at a child that closed its outputs
constexpr std::size_t kept_output = 4U << 20;
constexpr std::size_t longest_line = 16U << 20;

struct Pipe {
  Descriptor read, write;
};

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw_errno("create a pipe", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// One output of the child: hands on whole lines, or keeps the end of all.
class Output {
 public:
  Output(Descriptor fd, const std::function<void(std::string_view)>& on_line) : fd_(std::move(fd)), on_line_(on_line) {}

  int fd() const { return fd_.get(); }
  bool open() const { return static_cast<bool>(fd_); }

  void read_some() {
    std::array<char, 64 << 10> buffer;
    const auto got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) return;
    if (got <= 0) return finish();
    pending_.append(buffer.data(), static_cast<std::size_t>(got));
    if (on_line_)
      hand_on_lines();
    else if (pending_.size() > 2 * kept_output)
      pending_.erase(0, pending_.size() - kept_output);
  }

  std::string take() {
    return pending_.size() > kept_output ? pending_.substr(pending_.size() - kept_output) : std::move(pending_);
  }

 private:
  void finish() {
    fd_.reset();
    if (on_line_ && !pending_.empty()) on_line_(std::exchange(pending_, {}));
  }

  void hand_on_lines() {
    std::size_t start = 0;
    for (auto end = pending_.find('\n', scanned_); end != std::string::npos; end = pending_.find('\n', start)) {
      on_line_(std::string_view(pending_).substr(start, end - start));
      start = end + 1;
    }
    pending_.erase(0, start);
    if (pending_.size() > longest_line) pending_.clear();
    scanned_ = pending_.size();
  }

  Descriptor fd_;
  const std::function<void(std::string_view)>& on_line_;
  std::string pending_;
  std::size_t scanned_ = 0;  // no line end before here: a long line is searched once
};

std::vector<std::string> child_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const auto name = text::cut(*entry, '=');
    if (name && !added.contains(std::string(name->first))) out.emplace_back(*entry);
  }
  for (const auto& [name, value] : added) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// A child in a process group of its own, so that it ends with all its children.
class Child {
 public:
  Child(const Command& command, int in, int out, int err) {
    auto argv_strings = command.argv;
    auto env_strings = child_environment(command.env);
    const auto argv = pointers(argv_strings);
    const auto env = pointers(env_strings);
    const auto program = find_program(command.argv.front());
    if (!program) {
      throw Error(ErrorKind::failed, fmt::format("cannot run {}: not found in PATH", command.argv.front()),
                  fmt::format("install {}, or add its directory to PATH", command.argv.front()));
    }
    auto failure = make_pipe();
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) throw_errno("start " + command.argv.front(), errno);
    if (pid_ == 0) {
      exec(*program, command.directory, argv, env, {in, out, err}, failure.write.get(), parent);
    }
    setpgid(pid_, pid_);
    failure.write.reset();
    int error_number = 0;
    if (::read(failure.read.get(), &error_number, sizeof error_number) == sizeof error_number) {
      waitpid(pid_, nullptr, 0);
      throw Error(ErrorKind::failed,
                  fmt::format("cannot run {}: {}", command.argv.front(), std::strerror(error_number)));
    }
  }

  void signal(int number) const { kill(-pid_, number); }

  bool ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid_;
  }

  int wait() const {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  // Between fork and exec: async-signal-safe calls only.
  [[noreturn]] static void exec(const std::string& program, const std::string& directory,
                                const std::vector<char*>& argv, const std::vector<char*>& env,
                                std::array<int, 3> streams, int failure, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a killed engine leaves no build running
    if (getppid() != parent) _exit(127);
    for (int fd = 0; fd < 3; ++fd) dup2(streams[static_cast<std::size_t>(fd)], fd);
    std::signal(SIGPIPE, SIG_DFL);
    if (directory.empty() || chdir(directory.c_str()) == 0) execve(program.c_str(), argv.data(), env.data());
    const int error_number = errno;
    [[maybe_unused]] const auto written = ::write(failure, &error_number, sizeof error_number);
    _exit(127);
  }

  pid_t pid_ = -1;
};

// Feeds, drains and ends one child.
class Session {
 public:
  Session(const Command& command, const Cancel* cancel) : command_(command), cancel_(cancel) {}

  ProcessResult run() {
    auto in = make_pipe();
    auto out = make_pipe();
    auto err = make_pipe();
    const Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const Child child(command_, command_.input.empty() ? null.get() : in.read.get(), out.write.get(), err.write.get());
    in.read.reset();
    out.write.reset();
    err.write.reset();
    if (command_.input.empty())
      in.write.reset();
    else
      fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
    input_ = std::move(in.write);
    Output stdout_lines(std::move(out.read), command_.on_stdout);
    Output stderr_lines(std::move(err.read), command_.on_stderr);
    try {
      // What left the process group may hold the outputs open for ever: after SIGKILL nobody is waited for.
      while (!killed_ && (stdout_lines.open() || stderr_lines.open() || !child.ended())) {
        turn(child, stdout_lines, stderr_lines);
      }
    } catch (...) {  // a callback threw: nobody reads the child any more
      child.signal(SIGKILL);
      child.wait();
      throw;
    }
    ProcessResult result{child.wait(), timed_out_, stdout_lines.take(), stderr_lines.take()};
    if (cancelled_) throw Error(ErrorKind::interrupted, "interrupted");
    return result;
  }

 private:
  void turn(const Child& child, Output& out, Output& err) {
    std::array<pollfd, 4> polled{{{out.fd(), POLLIN, 0},
                                  {err.fd(), POLLIN, 0},
                                  {input_.get(), POLLOUT, 0},
                                  {cancel_ != nullptr && !ending() ? cancel_->descriptor() : -1, POLLIN, 0}}};
    const int ready = poll(polled.data(), polled.size(), out.open() || err.open() ? timeout() : unseen_end);
    if (ready < 0 && errno != EINTR) throw_errno("wait for " + command_.argv.front(), errno);
    if (ready > 0) {
      if (polled[0].revents != 0) out.read_some();
      if (polled[1].revents != 0) err.read_some();
      if (polled[2].revents != 0) write_some();
      if (polled[3].revents != 0) end(child, cancelled_);
    }
    const auto now = Steady::now();
    if (!ending() && command_.deadline && now >= started_ + *command_.deadline) end(child, timed_out_);
    if (ending() && now >= kill_at_) {
      killed_ = true;
      child.signal(SIGKILL);
    }
  }

  bool ending() const { return cancelled_ || timed_out_; }

  void end(const Child& child, bool& why) {
    why = true;
    kill_at_ = Steady::now() + command_.grace;
    child.signal(SIGTERM);
  }

  int timeout() const {
    if (!ending() && !command_.deadline) return -1;
    const auto until = ending() ? kill_at_ : started_ + *command_.deadline;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count() + 1;
    return static_cast<int>(std::clamp<std::int64_t>(left, 10, 60'000));
  }

  void write_some() {
    const auto rest = std::string_view(command_.input).substr(written_);
    const auto got = ::write(input_.get(), rest.data(), rest.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got > 0) written_ += static_cast<std::size_t>(got);
    if (got < 0 || written_ == command_.input.size()) input_.reset();  // EPIPE: the child does not want the rest
  }

  const Command& command_;
  const Cancel* cancel_;
  const Steady::time_point started_ = Steady::now();
  Steady::time_point kill_at_;
  Descriptor input_;
  std::size_t written_ = 0;
  bool cancelled_ = false;
  bool timed_out_ = false;
  bool killed_ = false;
};

}  // namespace

SystemRunner::SystemRunner(const Cancel* cancel) : cancel_(cancel) {
  std::signal(SIGPIPE, SIG_IGN);
}

ProcessResult SystemRunner::run(const Command& command) {
  if (cancel_ != nullptr) cancel_->check();
  return Session(command, cancel_).run();
}

std::optional<std::string> find_program(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return std::string(name);
  const char* path = std::getenv("PATH");
  for (const auto directory : text::split(path != nullptr ? path : "/usr/bin:/bin", ':')) {
    auto candidate = fmt::format("{}/{}", directory.empty() ? "." : directory, name);
    if (access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace polyarch::sys
