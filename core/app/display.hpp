#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <ostream>
#include <string_view>
#include <thread>
#include <vector>

#include "app/context.hpp"
#include "report/progress.hpp"

namespace polyarch::app {

// Shows the progress of a run on standard error while it goes on. Safe for several threads.
class Display {
 public:
  // `mode`: auto, tty, plain, json, quiet. auto: lanes on a terminal, else plain.
  Display(const std::string& mode, std::vector<report::LaneInfo> lanes, const Context& context);
  ~Display();

  // A log that a CI system shows is folded by phases.
  void phase(std::string_view message);
  void step(const report::Step& step);
  void log(const report::LogLine& line);
  // Takes down what is live; nothing is shown afterwards.
  void finish();

 private:
  std::chrono::milliseconds now() const;
  void write(const std::string& bytes);
  void tick();
  // Ends the group of lines that is open, and begins another; an empty title begins none.
  void fold(std::string_view title);

  std::ostream& err_;
  const Clock& clock_;
  Clock::Steady start_;
  std::unique_ptr<report::Progress> progress_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  const ci::Host& host_;
  bool folds_;
  std::string group_;
  bool finished_ = false;
  std::thread ticker_;
};

}  // namespace polyarch::app
