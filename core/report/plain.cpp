#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/text.hpp"
#include "report/heartbeat.hpp"
#include "report/outside_text.hpp"
#include "report/progress.hpp"
#include "report/style.hpp"
#include "report/tracker.hpp"

namespace polyarch::report {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds worth_a_start{1000};     // a step that is over sooner needs only its end
constexpr milliseconds worth_mentioning{5000};  // of internal work
constexpr std::size_t named_in_heartbeat = 3;
constexpr std::string_view run_lane = "polyarch";

class Plain final : public Progress {
 public:
  Plain(std::vector<LaneInfo> lanes, bool color)
      : tracker_(std::move(lanes)), style_(color), announced_(tracker_.lanes()), width_(run_lane.size()) {
    for (std::size_t i = 0; i < tracker_.lanes(); ++i) {
      width_ = std::max(width_, text::columns(tracker_.lane_name(i)));
    }
  }

  std::string phase(std::string_view message, milliseconds now) override {
    phase_ = one_line(message);
    return say(fmt::format("{} {}\n", style_.bold(bracketed(run_lane)), phase_), now);
  }

  std::string step(const Step& step, milliseconds now) override {
    const auto* known = tracker_.find(step.id);
    const auto before = known == nullptr ? State::waiting : known->state;
    const auto& tracked = tracker_.update(step, now);
    if (tracked.state == before || tracked.state == State::running || tracked.state == State::waiting) return {};
    auto& announced = announced_[tracked.lane];
    const bool was_announced = announced == step.id;
    if (was_announced) announced.clear();
    if (is_left_out(tracked, was_announced)) return {};
    // BuildKit starts some steps again and again, such as looking up a base image.
    if (!ended_.insert(step.id).second && tracked.state != State::failed) return {};
    return say(line(tracked, fmt::format("{} … {}", tracked.label.str(), ending(tracked))) + error_lines(step, tracked),
               now);
  }

  std::string log(const LogLine& log_line, milliseconds now) override {
    const auto* tracked = tracker_.find(log_line.step_id);
    const auto text = one_line(log_line.text);
    if (tracked == nullptr || tracked->internal || text.empty()) return {};
    return say(announce(*tracked) + line(*tracked, fmt::format("{} {}", style_.dim("|"), text)), now);
  }

  std::string tick(milliseconds now) override {
    std::string out;
    const auto running = tracker_.running();
    for (const auto* step : running) {
      if (now - step->since >= (step->internal ? worth_mentioning : worth_a_start) && once_.insert(step->id).second) {
        out += announce(*step);
      }
    }
    if (!out.empty()) return say(out, now);
    return heartbeat_.due(now) ? sign_of_life(running, now) : std::string();
  }

  std::string finish(milliseconds) override { return {}; }

 private:
  std::string say(std::string text, milliseconds now) {
    heartbeat_.said_something(now);
    return text;
  }

  std::string bracketed(std::string_view lane) const { return pad(fmt::format("[{}]", lane), width_ + 2); }

  std::string line(const TrackedStep& step, std::string_view text) const {
    return fmt::format("{} {}\n", style_.lane(step.lane, bracketed(tracker_.lane_name(step.lane))), text);
  }

  // The name of the step that the following lines of its lane belong to, unless it was the last that was named there.
  std::string announce(const TrackedStep& step) {
    once_.insert(step.id);
    if (announced_[step.lane] == step.id) return {};
    announced_[step.lane] = step.id;
    return line(step, step.label.str());
  }

  static bool is_left_out(const TrackedStep& step, bool was_announced) {
    if (step.state == State::failed) return false;
    if (step.state == State::canceled) return !was_announced;
    return step.internal && step.duration <= worth_mentioning;
  }

  std::string ending(const TrackedStep& step) const {
    const auto took = text::human_duration(step.duration) + (step.emulated ? " (emulated)" : "");
    switch (step.state) {
      case State::cached:
        return style_.green("cached");
      case State::failed:
        return style_.red("failed after " + took);
      case State::canceled:
        return style_.yellow("canceled");
      default:
        return style_.green("done") + " " + took;
    }
  }

  std::string error_lines(const Step& step, const TrackedStep& tracked) const {
    std::string out;
    if (tracked.state != State::failed) return out;
    for (const auto& text : lines_of(step.error)) out += line(tracked, style_.red("| " + text));
    return out;
  }

  std::string sign_of_life(const std::vector<const TrackedStep*>& running, milliseconds now) const {
    std::string what;
    for (std::size_t i = 0; i < std::min(running.size(), named_in_heartbeat); ++i) {
      const auto& step = *running[i];
      what += fmt::format("{}{} {} ({})", i == 0 ? "" : "; ", tracker_.lane_name(step.lane), step.label.str(),
                          text::human_duration(now - step.since));
    }
    if (running.size() > named_in_heartbeat) what += fmt::format("; {} more", running.size() - named_in_heartbeat);
    if (running.empty()) what = phase_;
    return fmt::format("{} still running after {}{}{}\n", style_.bold(bracketed(run_lane)), text::human_duration(now),
                       what.empty() ? "" : ": ", what);
  }

  Tracker tracker_;
  Style style_;
  Heartbeat heartbeat_;
  std::vector<std::string> announced_;  // by lane: the id of the step that was named last
  std::set<std::string> once_;          // ids of the steps that were ever named
  std::set<std::string> ended_;         // of those whose end was told
  std::size_t width_;
  std::string phase_;
};

}  // namespace

std::unique_ptr<Progress> make_plain(std::vector<LaneInfo> lanes, bool color) {
  return std::make_unique<Plain>(std::move(lanes), color);
}

}  // namespace polyarch::report
