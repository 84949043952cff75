#include "app/display.hpp"

#include "base/redact.hpp"

namespace polyarch::app {
namespace {

constexpr auto tick_every = std::chrono::milliseconds(100);

std::unique_ptr<report::Progress> make_progress(const std::string& mode, std::vector<report::LaneInfo> lanes,
                                                const Terminal& terminal) {
  if (mode == "json") return report::make_json_lines();
  if (mode == "quiet" || terminal.quiet) return report::make_quiet();
  if (mode == "tty" || (mode == "auto" && terminal.interactive)) {
    return report::make_lanes(std::move(lanes), terminal.width, terminal.color);
  }
  return report::make_plain(std::move(lanes), terminal.color);
}

}  // namespace

Display::Display(const std::string& mode, std::vector<report::LaneInfo> lanes, const Context& context)
    : err_(context.err),
      clock_(context.clock),
      start_(context.clock.steady()),
      progress_(make_progress(mode, std::move(lanes), context.terminal)),
      host_(context.host),
      folds_((mode == "plain" || mode == "auto") && !context.terminal.interactive && !context.terminal.quiet),
      ticker_([this] { tick(); }) {}

Display::~Display() {
  finish();
  ticker_.join();
}

void Display::phase(std::string_view message) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  fold(message);
  write(progress_->phase(message, now()));
}

void Display::step(const report::Step& step) {
  const std::lock_guard lock(mutex_);
  if (!finished_) write(progress_->step(step, now()));
}

void Display::log(const report::LogLine& line) {
  const std::lock_guard lock(mutex_);
  if (!finished_) write(progress_->log(line, now()));
}

void Display::finish() {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  write(progress_->finish(now()));
  fold("");
  finished_ = true;
  stopped_.notify_all();
}

void Display::fold(std::string_view title) {
  if (!folds_) return;
  if (!group_.empty()) write(ci::group_end(host_, group_, clock_.wall()));
  group_ = title;
  if (!group_.empty()) write(ci::group_start(host_, group_, clock_.wall()));
}

std::chrono::milliseconds Display::now() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - start_);
}

void Display::write(const std::string& bytes) {
  if (bytes.empty()) return;
  err_ << redactor().apply(bytes) << std::flush;
}

void Display::tick() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, tick_every, [this] { return finished_; })) write(progress_->tick(now()));
}

}  // namespace polyarch::app
