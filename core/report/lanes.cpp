#include <algorithm>
#include <fmt/core.h>
#include <unordered_map>

#include "base/text.hpp"
#include "report/failed_step.hpp"
#include "report/lane_counts.hpp"
#include "report/outside_text.hpp"
#include "report/progress.hpp"
#include "report/style.hpp"
#include "report/tracker.hpp"

namespace polyarch::report {
namespace {

using std::chrono::milliseconds;

constexpr int narrow = 80;        // columns: below, only what matters most
constexpr int room_for_log = 20;  // columns that must be left before output is shown beside a step

// Whole seconds: a time that changes ten times a second is restless.
std::string clock(milliseconds duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return seconds.count() < 60 ? fmt::format("{}s", seconds.count()) : text::human_duration(seconds);
}

class Lanes final : public Progress {
 public:
  Lanes(std::vector<LaneInfo> lanes, int width, bool color)
      : tracker_(std::move(lanes)), width_(std::max(width, 20)), style_(color), idle_since_(tracker_.lanes()) {
    for (std::size_t i = 0; i < tracker_.lanes(); ++i) {
      name_width_ = std::max(name_width_, text::columns(tracker_.lane_name(i)));
    }
  }

  std::string phase(std::string_view message, milliseconds now) override {
    return above(fmt::format("{} {}\n", style_.dim("•"), one_line(message)), now);
  }

  std::string step(const Step& step, milliseconds now) override {
    const auto* known = tracker_.find(step.id);
    const bool failed_before = known != nullptr && known->state == State::failed;
    const auto& tracked = tracker_.update(step, now);
    idle_since_[tracked.lane] = now;
    if (tracked.state != State::running) last_logs_.erase(step.id);
    if (tracked.state != State::failed || failed_before) return {};
    return above(describe_failed_step(step, style_), now);
  }

  std::string log(const LogLine& line, milliseconds) override {
    auto text = one_line(line.text);
    if (!text.empty()) last_logs_[line.step_id] = std::move(text);
    return {};
  }

  std::string tick(milliseconds now) override {
    if (finished_) return {};
    sample_logs(now);
    auto lines = frame(now);
    if (lines == shown_) return {};
    const auto up = erase_up();
    shown_ = std::move(lines);
    return up + draw();
  }

  std::string finish(milliseconds) override {
    finished_ = true;
    auto out = shown_.empty() ? std::string() : erase_up() + "\x1b[J";
    shown_.clear();
    return out;
  }

 private:
  // Lines that stay, above the lanes.
  std::string above(const std::string& text, milliseconds now) {
    auto out = shown_.empty() ? std::string() : erase_up() + "\x1b[J";
    out += text;
    if (shown_.empty()) return out;
    shown_ = frame(now);
    return out + draw();
  }

  std::string erase_up() const { return shown_.empty() ? std::string() : fmt::format("\x1b[{}A\r", shown_.size()); }

  // Without line wrap, so that a character that is wider than it seems cannot tear the lanes apart.
  std::string draw() const {
    std::string out = "\x1b[?7l";
    for (const auto& line : shown_) out += line + "\x1b[K\n";
    return out + "\x1b[J\x1b[?7h";
  }

  // The output beside a step changes once a second: faster, nobody can read it.
  void sample_logs(milliseconds now) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now).count();
    if (second == sampled_second_) return;
    sampled_second_ = second;
    shown_logs_ = last_logs_;
  }

  std::vector<std::string> frame(milliseconds now) const {
    std::vector<std::string> lines;
    for (std::size_t lane = 0; lane < tracker_.lanes(); ++lane) {
      const auto counts = LaneCounts::of(tracker_, lane);
      if (lane == tracker_.shared_lane() && counts.running.empty()) continue;
      lines.push_back(line_of(lane, counts, now));
    }
    return lines;
  }

  std::string line_of(std::size_t lane, const LaneCounts& counts, milliseconds now) const {
    const bool shared = lane == tracker_.shared_lane();
    const auto mode = shared ? "" : tracker_.lane_emulated(lane) ? "emulated" : "native";
    const auto end = counts.running.empty() ? idle_since_[lane] : now;
    const auto time = counts.since ? clock(end - *counts.since) : "";
    const auto steps = counts.known == 0 ? "" : fmt::format("{}/{}", counts.finished, counts.known);
    const auto cached = counts.cached == 0 ? "" : fmt::format("{} cached", counts.cached);

    std::string name = pad(tracker_.lane_name(lane), name_width_);
    std::string facts = fmt::format("  {}  {}", pad_left(time, 6), pad_left(steps, 5));
    if (width_ >= narrow) facts = fmt::format("  {}{}  {}", pad(mode, 8), facts, pad(cached, 10));
    const auto used = 2 + text::columns(name) + text::columns(facts) + 2;
    const auto left = static_cast<std::size_t>(width_) - std::min(static_cast<std::size_t>(width_), used + 1);
    return fmt::format("{} {}{}  {}", mark_of(counts), style_.lane(lane, name), style_.dim(facts),
                       activity(counts, left, now));
  }

  std::string mark_of(const LaneCounts& counts) const {
    if (counts.failed) return style_.red("✗");
    if (counts.complete()) return style_.green("✓");
    return counts.running.empty() ? style_.dim("·") : style_.yellow("▸");
  }

  std::string activity(const LaneCounts& counts, std::size_t columns, milliseconds now) const {
    if (counts.running.empty()) {
      return counts.failed ? style_.red(fit("failed", columns))
                           : style_.dim(fit(counts.complete() ? "" : "waiting", columns));
    }
    const auto& step = *counts.running.front();
    auto text = step.label.str();
    if (counts.running.size() > 1) text += fmt::format(" (+{})", counts.running.size() - 1);
    const auto took = now - step.since;
    if (took >= std::chrono::seconds(2)) text += fmt::format(" {}", clock(took));
    const auto used = text::columns(text) + 2;
    const auto found = shown_logs_.find(step.id);
    if (found == shown_logs_.end() || used + room_for_log > columns) return fit(text, columns);
    return fmt::format("{}  {}", text, style_.dim(fit(found->second, columns - used)));
  }

  Tracker tracker_;
  int width_;
  Style style_;
  std::size_t name_width_ = 0;
  std::vector<milliseconds> idle_since_;                    // by lane: its last change
  std::unordered_map<std::string, std::string> last_logs_;  // by step
  std::unordered_map<std::string, std::string> shown_logs_;
  std::chrono::seconds::rep sampled_second_ = -1;
  std::vector<std::string> shown_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<Progress> make_lanes(std::vector<LaneInfo> lanes, int width, bool color) {
  return std::make_unique<Lanes>(std::move(lanes), width, color);
}

}  // namespace polyarch::report
