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

constexpr int narrow = 80;                  // columns: below, only what matters most
constexpr milliseconds worth_a_time{2000};  // a step that runs shorter shows no time
constexpr std::size_t room_for_log = 20;    // columns that must be left before output is shown beside a step

// Whole seconds, and all lanes change at once: a time that changes ten times a second is restless.
std::string clock(milliseconds from, milliseconds to) {
  using std::chrono::seconds;
  const auto elapsed = std::chrono::floor<seconds>(to) - std::chrono::floor<seconds>(from);
  return elapsed.count() < 60 ? fmt::format("{}s", elapsed.count()) : text::human_duration(elapsed);
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
    changed_ = true;
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
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (finished_ || (!changed_ && second == drawn_second_)) return {};
    // The output beside a step changes once a second: faster, nobody can read it.
    if (second != drawn_second_) shown_logs_ = last_logs_;
    changed_ = false;
    drawn_second_ = second;
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
    // The shared lane comes and goes: its time is that of the step it shows.
    const auto since = shared ? std::optional(counts.running.front()->since) : counts.since;
    const auto time = since ? clock(*since, end) : "";
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
    const auto more = counts.running.size() > 1 ? fmt::format(" (+{})", counts.running.size() - 1) : "";
    const auto took = now - step.since >= worth_a_time ? "  " + clock(step.since, now) : "";
    const auto room = columns - std::min(columns, text::columns(more) + text::columns(took));
    const auto label = fit(step.label.str(), room);
    const auto found = shown_logs_.find(step.id);
    const auto left = room - std::min(room, text::columns(label) + 2);
    const auto output = found == shown_logs_.end() || left < room_for_log ? "" : "  " + fit(found->second, left);
    return fmt::format("{}{}{}{}", label, more, style_.dim(took), style_.dim(output));
  }

  Tracker tracker_;
  int width_;
  Style style_;
  std::size_t name_width_ = 0;
  std::vector<milliseconds> idle_since_;                    // by lane: its last change
  std::unordered_map<std::string, std::string> last_logs_;  // by step
  std::unordered_map<std::string, std::string> shown_logs_;
  std::chrono::seconds drawn_second_{-1};
  bool changed_ = true;
  std::vector<std::string> shown_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<Progress> make_lanes(std::vector<LaneInfo> lanes, int width, bool color) {
  return std::make_unique<Lanes>(std::move(lanes), width, color);
}

}  // namespace polyarch::report
