#include "app/copy_meter.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace polyarch::app {

CopyMeter::CopyMeter(Context& context) : context_(context) {
  if (!context.terminal.quiet) thread_ = std::thread([this] { run(); });
}

CopyMeter::~CopyMeter() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  if (traffic_.blobs == 0) return;
  const auto* const over = context_.terminal.interactive ? "\r\033[K" : "";
  context_.err << fmt::format("{}{}, {} of them sent\n", over, line(), text::human_size(traffic_.bytes_sent));
}

void CopyMeter::run() {
  const bool redraws = context_.terminal.interactive;
  const auto pause = redraws ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10'000);
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, pause, [this] { return ended_; })) {
    if (traffic_.blobs == 0) continue;
    context_.err << (redraws ? "\r\033[K" + line() : line() + "\n") << std::flush;
  }
}

std::string CopyMeter::line() const {
  return fmt::format("{} of {} blobs, {} of {}", traffic_.blobs_done.load(), traffic_.blobs.load(),
                     text::human_size(traffic_.bytes_done), text::human_size(traffic_.bytes));
}

}  // namespace polyarch::app
