#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "report/progress.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

// A terminal that knows what the lanes use: cursor up, carriage return, erase to the end of line and of screen.
class Terminal {
 public:
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      if (bytes.starts_with("\x1b[")) {
        const auto end = bytes.find_first_of("AKJlhm", 2);
        control(bytes[end], bytes.substr(2, end - 2));
        bytes.remove_prefix(end + 1);
        continue;
      }
      plain(bytes.front());
      bytes.remove_prefix(1);
    }
  }

  // Without spaces at the ends of lines and without the empty line that the cursor stands on.
  std::vector<std::string> screen() const {
    std::vector<std::string> out;
    for (const auto& line : lines_) out.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
    while (!out.empty() && out.back().empty()) out.pop_back();
    return out;
  }

 private:
  void plain(char c) {
    if (c == '\r') {
      column_ = 0;
    } else if (c == '\n') {
      ++row_;
      column_ = 0;
      if (row_ == lines_.size()) lines_.emplace_back();
    } else {
      auto& line = lines_[row_];
      if (column_ < line.size())
        line[column_] = c;
      else
        line += c;
      ++column_;
    }
  }
  void control(char command, std::string_view argument) {
    if (command == 'A') row_ -= std::min<std::size_t>(row_, *text::to_number(argument));
    if (command == 'K') lines_[row_].resize(std::min(column_, lines_[row_].size()));
    if (command == 'J') {
      lines_.resize(row_ + 1);
      lines_[row_].resize(std::min(column_, lines_[row_].size()));
    }
  }

  std::vector<std::string> lines_{""};
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

class LaneProgress : public ::testing::Test {
 protected:
  void step(const Step& step, std::chrono::milliseconds now) { terminal_.write(progress_->step(step, now)); }
  std::vector<std::string> at(std::chrono::milliseconds now) {
    terminal_.write(progress_->tick(now));
    return terminal_.screen();
  }

  std::unique_ptr<Progress> progress_ = make_lanes({{amd64, false}, {arm64, true}}, 100, false);
  Terminal terminal_;
};

TEST_F(LaneProgress, ShowsALaneAPlatform) {
  EXPECT_THAT(at(0s), ElementsAre("· linux/amd64  native                               waiting",
                                  "· linux/arm64  emulated                             waiting"));
  step(cached("[linux/arm64 build 1/4] FROM a", arm64), 0s);
  step(started(make, arm64), 1s);
  EXPECT_THAT(at(5s), ElementsAre("· linux/amd64  native                               waiting",
                                  "▸ linux/arm64  emulated      5s    1/4  1 cached    build 2/4 RUN make  4s"));
}

TEST_F(LaneProgress, IsRedrawnInPlaceAndOnlyWhenItChanges) {
  step(started(make, arm64), 0s);
  at(0s);
  EXPECT_THAT(progress_->tick(500ms), IsEmpty());
  EXPECT_THAT(progress_->tick(1s), StartsWith("\x1b[2A\r"));
}

TEST_F(LaneProgress, SharedStepsHaveALaneWhileTheyRun) {
  step(started("[internal] load build context"), 0s);
  EXPECT_THAT(at(3s).back(), StartsWith("▸ shared                     3s"));
  step(done("[internal] load build context", {}, 3000), 3s);
  EXPECT_EQ(at(4s).size(), 2U);
}

TEST_F(LaneProgress, StepsThatAreSharedCountForTheStagesThatNeedThem) {
  step(cached("[linux/amd64 build 1/2] FROM a"), 0s);
  step(done("[linux/arm64 build 2/2] RUN make", arm64, 1000), 1s);
  EXPECT_THAT(at(1s)[1], StartsWith("✓ linux/arm64  emulated      0s    2/2  1 cached"));
}

TEST_F(LaneProgress, AFailedStepStaysAboveTheLanes) {
  at(0s);
  auto step_that_fails = failed(make, arm64, "exit code: 2");
  step_that_fails.log = "one\ntwo\n";
  step(step_that_fails, 12s);
  step(step_that_fails, 12s);
  EXPECT_THAT(at(13s),
              ElementsAre("✗ linux/arm64  build 2/4 RUN make  failed after 12s", "  │ one", "  │ two", "  exit code: 2",
                          StartsWith("· linux/amd64"), "✗ linux/arm64  emulated      0s    0/4              failed"));
}

TEST_F(LaneProgress, CanceledStepsAreNoFailures) {
  step(failed(make, arm64, "context canceled"), 1s);
  EXPECT_THAT(at(2s), ElementsAre(Not(HasSubstr("✗")), Not(HasSubstr("✗"))));
}

TEST_F(LaneProgress, PhasesStayAndTheLanesGoInTheEnd) {
  terminal_.write(progress_->phase("registering QEMU", 0s));
  at(1s);
  terminal_.write(progress_->phase("pushing index", 2s));
  EXPECT_THAT(at(3s), ElementsAre("• registering QEMU", "• pushing index", HasSubstr("amd64"), HasSubstr("arm64")));
  terminal_.write(progress_->finish(4s));
  EXPECT_THAT(at(5s), ElementsAre("• registering QEMU", "• pushing index"));
}

TEST_F(LaneProgress, NoLineIsWiderThanTheTerminal) {
  for (const int width : {1, 60, 80, 120}) {
    progress_ = make_lanes({{amd64, false}, {arm64, true}}, width, false);
    terminal_ = Terminal();
    step(started("[linux/arm64 build 2/4] RUN " + std::string(300, 'x') + "\n\x1b[31m", arm64), 0s);
    step(started(make, arm64), 0s);
    progress_->log({make, std::string(300, 'y')}, 1s);
    // Below some 40 columns the lanes are cut by the terminal.
    const auto limit = static_cast<std::size_t>(std::max(width, 40));
    for (const auto& line : at(5s)) EXPECT_LT(text::columns(line), limit);
  }
}

TEST_F(LaneProgress, ShowsTheLastLineOfOutputWhereThereIsRoom) {
  step(started(make, arm64), 0s);
  progress_->log({make, "gcc a.c"}, 1s);
  EXPECT_THAT(at(1s)[1], HasSubstr("RUN make  gcc a.c"));
  progress_->log({make, "gcc b.c"}, 1100ms);
  EXPECT_THAT(at(1200ms)[1], HasSubstr("RUN make  gcc a.c"));
  EXPECT_THAT(at(2s)[1], HasSubstr("RUN make  2s  gcc b.c"));
}

}  // namespace
}  // namespace polyarch::report
