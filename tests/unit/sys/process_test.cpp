#include "sys/process.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <thread>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/files.hpp"

namespace polyarch::sys {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

Command shell(std::string script) {
  Command command;
  command.argv = {"sh", "-c", std::move(script)};
  return command;
}

ProcessResult run(const Command& command, const Cancel* cancel = nullptr) {
  return SystemRunner(cancel).run(command);
}

std::function<void(std::string_view)> into(Lines& lines) {
  return [&lines](std::string_view line) { lines.emplace_back(line); };
}

// Whether the process whose id stands in `file` ends within two seconds; an orphan may stay a zombie.
bool ends(const std::filesystem::path& file) {
  const auto stat = "/proc/" + std::string(text::trim(read_file(file, 100))) + "/stat";
  for (int i = 0; i < 200; ++i, std::this_thread::sleep_for(10ms)) {
    if (access(stat.c_str(), F_OK) != 0) return true;
    try {
      if (read_file(stat, 4096).find(") Z ") != std::string::npos) return true;
    } catch (const Error&) {  // it ended while we looked
      return true;
    }
  }
  return false;
}

TEST(Runner, KeepsTheOutputs) {
  const auto result = run(shell("echo out; echo err >&2; printf tail"));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.out, "out\ntail");
  EXPECT_EQ(result.err, "err\n");
}

TEST(Runner, HandsOnLinesAsTheyCome) {
  Lines out, err;
  auto command = shell("printf 'a\\n\\nb\\r\\nlast'; echo e >&2");
  command.on_stdout = into(out);
  command.on_stderr = into(err);
  const auto result = run(command);
  EXPECT_THAT(out, ElementsAre("a", "", "b\r", "last"));
  EXPECT_THAT(err, ElementsAre("e"));
  EXPECT_EQ(result.out + result.err, "");
}

TEST(Runner, HandsOnLongLinesWhole) {
  Lines out;
  auto command = shell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo next");
  command.on_stdout = into(out);
  run(command);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0], std::string(3'000'000, 'x'));
  EXPECT_EQ(out[1], "next");
}

TEST(Runner, BoundsALineThatNeverEnds) {
  std::size_t longest = 0;
  auto command = shell("head -c 40000000 /dev/zero | tr '\\0' x; echo; echo next");
  Lines tail;
  command.on_stdout = [&](std::string_view line) {
    longest = std::max(longest, line.size());
    tail = {std::string(line)};
  };
  run(command);
  EXPECT_LE(longest, (16U << 20) + (64U << 10));
  EXPECT_THAT(tail, ElementsAre("next"));
}

TEST(Runner, KeepsTheEndOfALargeOutput) {
  const auto result = run(shell("head -c 20000000 /dev/zero | tr '\\0' x; printf end"));
  EXPECT_EQ(result.out.size(), 4U << 20);
  EXPECT_TRUE(result.out.ends_with("xend"));
}

TEST(Runner, FeedsInputOfSeveralMegabytes) {
  auto command = shell("cat; echo done >&2");
  for (int i = 0; i < 40'000; ++i) command.input += std::string(100, 'x') + std::to_string(i) + "\n";
  Lines out;
  command.on_stdout = into(out);
  EXPECT_EQ(run(command).err, "done\n");
  ASSERT_EQ(out.size(), 40'000U);
  EXPECT_EQ(out.back(), std::string(100, 'x') + "39999");
}

TEST(Runner, ToleratesInputThatNobodyReads) {
  auto command = shell("exit 3");
  command.input = std::string(5'000'000, 'x');
  EXPECT_EQ(run(command).status, 3);
}

TEST(Runner, FeedsAChildThatClosedItsOutputs) {
  const TemporaryDirectory directory;
  auto command = shell("exec >&- 2>&-; cat > copy");
  command.directory = directory.path();
  command.input = std::string(3'000'000, 'x');
  command.deadline = 20s;
  EXPECT_TRUE(run(command).ok());
  EXPECT_EQ(read_file(directory.path() / "copy", 4'000'000), command.input);
}

TEST(Runner, GivesAnEmptyInputWhenNoneIsGiven) {
  EXPECT_EQ(run(shell("cat; echo end")).out, "end\n");
}

TEST(Runner, TellsHowItEnded) {
  for (const auto& [script, status] : std::initializer_list<std::pair<const char*, int>>{
           {"exit 0", 0}, {"exit 7", 7}, {"exit 255", 255}, {"kill -TERM $$", 143}, {"kill -KILL $$", 137}}) {
    const auto result = run(shell(script));
    EXPECT_EQ(result.status, status) << script;
    EXPECT_EQ(result.ok(), status == 0) << script;
    EXPECT_FALSE(result.timed_out) << script;
  }
  EXPECT_TRUE(run(shell("echo trouble >&2")).ok()) << "writing to stderr is no failure";
}

TEST(Runner, SetsEnvironmentAndDirectory) {
  const TemporaryDirectory directory;
  ASSERT_EQ(setenv("POLYARCH_TEST_KEPT", "kept", 1), 0);
  ASSERT_EQ(setenv("POLYARCH_TEST_SET", "old", 1), 0);
  auto command = shell("echo $POLYARCH_TEST_KEPT; echo $POLYARCH_TEST_SET; pwd -P");
  command.env = {{"POLYARCH_TEST_SET", "a b=c"}};
  command.directory = directory.path();
  EXPECT_EQ(run(command).out, "kept\na b=c\n" + std::filesystem::canonical(directory.path()).string() + "\n");
  unsetenv("POLYARCH_TEST_KEPT");
  unsetenv("POLYARCH_TEST_SET");
}

TEST(Runner, PassesArgumentsUntouched) {
  Command command;
  command.argv = {"printf", "%s|", "", "a b", "$HOME", "*", "\"'\n"};
  EXPECT_EQ(run(command).out, "|a b|$HOME|*|\"'\n|");
}

TEST(Runner, SaysWhatCannotBeStarted) {
  const TemporaryDirectory directory;
  write_file(directory.path() / "data", "no program", 0644);
  Command nowhere = shell("true");
  nowhere.directory = directory.path() / "none";
  Command missing, not_executable;
  missing.argv = {"polyarch-no-such-program"};
  not_executable.argv = {directory.path() / "data"};
  for (const auto& command : {nowhere, missing, not_executable}) {
    try {
      run(command);
      ADD_FAILURE() << command.argv[0];
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::failed);
      EXPECT_THAT(error.message(), HasSubstr("cannot run " + command.argv[0]));
    }
  }
}

TEST(Runner, TheDeadlineEndsGrandchildrenToo) {
  const TemporaryDirectory directory;
  auto command = shell("sleep 60 & echo $! > grandchild; sleep 60");
  command.directory = directory.path();
  command.deadline = 500ms;
  const auto result = run(command);
  EXPECT_TRUE(result.timed_out);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status, 128 + SIGTERM);
  EXPECT_TRUE(ends(directory.path() / "grandchild"));
}

TEST(Runner, KillsWhatIgnoresTheDeadline) {
  auto command = shell("trap '' TERM; echo ready; while :; do sleep 0.1; done");
  command.deadline = 500ms;
  command.grace = 200ms;
  const auto result = run(command);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 128 + SIGKILL);
  EXPECT_EQ(result.out, "ready\n");
}

TEST(Runner, TheDeadlineHoldsForAChildThatClosedItsOutputs) {
  auto command = shell("exec >&- 2>&-; exec sleep 60");
  command.deadline = 300ms;
  EXPECT_TRUE(run(command).timed_out);
}

TEST(Runner, DoesNotWaitForADaemonThatHoldsTheOutputs) {
  const TemporaryDirectory directory;
  auto command = shell("setsid sh -c 'echo $$ > daemon; exec sleep 20' & sleep 60");
  command.directory = directory.path();
  command.deadline = 500ms;
  command.grace = 200ms;
  const auto started = std::chrono::steady_clock::now();
  EXPECT_TRUE(run(command).timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 15s);
  kill(std::stoi(read_file(directory.path() / "daemon", 100)), SIGKILL);
}

TEST(Runner, ACancelEndsTheRun) {
  const TemporaryDirectory directory;
  Cancel cancel;
  auto command = shell("echo $$ > child; echo ready; exec sleep 60");
  command.directory = directory.path();
  command.on_stdout = [&](std::string_view) { cancel.request(); };
  try {
    run(command, &cancel);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  EXPECT_TRUE(ends(directory.path() / "child"));
}

TEST(Runner, StartsNothingAfterACancel) {
  const TemporaryDirectory directory;
  Cancel cancel;
  cancel.request();
  auto command = shell("touch started");
  command.directory = directory.path();
  EXPECT_THROW(run(command, &cancel), Error);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  EXPECT_TRUE(run(command).ok()) << "clean-up still runs";
}

TEST(Runner, ACallbackThatThrowsEndsTheChild) {
  const TemporaryDirectory directory;
  auto command = shell("echo $$ > child; echo line; exec sleep 60");
  command.directory = directory.path();
  command.on_stdout = [](std::string_view) { throw Error(ErrorKind::build, "enough"); };
  try {
    run(command);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "enough");
  }
  EXPECT_TRUE(ends(directory.path() / "child"));
}

TEST(FindProgram, LooksInPath) {
  EXPECT_THAT(find_program("sh").value_or(""), ::testing::EndsWith("/sh"));
  EXPECT_EQ(find_program("polyarch-no-such-program"), std::nullopt);
  EXPECT_EQ(find_program("./x"), "./x");
}

}  // namespace
}  // namespace polyarch::sys
