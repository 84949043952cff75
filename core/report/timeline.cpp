#include "report/timeline.hpp"

#include <algorithm>

namespace polyarch::report {
namespace {

using std::chrono::milliseconds;

milliseconds since(Time start, Time time) {
  return std::chrono::duration_cast<milliseconds>(time - start);
}

struct Span {
  std::optional<Time> start;
  std::optional<Time> end;
};

Span span_of(const std::vector<Step>& steps) {
  Span span;
  for (const auto& step : steps) {
    if (!step.started) continue;
    const auto end = std::max(step.completed.value_or(*step.started), *step.started);
    span.start = std::min(span.start.value_or(*step.started), *step.started);
    span.end = std::max(span.end.value_or(end), end);
  }
  return span;
}

// A step that was never completed ended with the run.
Bar bar_of(const Step& step, const Span& span) {
  Bar bar{.step = &step, .state = state_of(step)};
  if (bar.state == State::running) bar.state = State::canceled;
  if (!step.started || !span.start) return bar;
  bar.timed = true;
  bar.start = since(*span.start, *step.started);
  bar.length = std::max(milliseconds(0), since(*step.started, step.completed.value_or(*span.end)));
  return bar;
}

// Each bar takes the first row that is free when it begins.
std::size_t pack(std::vector<Bar>& bars) {
  std::vector<milliseconds> ends;
  for (auto& bar : bars) {
    if (!bar.timed) continue;
    bar.row =
        static_cast<std::size_t>(std::ranges::find_if(ends, [&](auto end) { return end <= bar.start; }) - ends.begin());
    if (bar.row == ends.size()) ends.emplace_back();
    ends[bar.row] = bar.start + bar.length;
  }
  return ends.size();
}

TimelineLane lane_of(const Run& run, const Leg* leg, const Span& span) {
  TimelineLane lane{.leg = leg};
  for (const auto& step : run.steps) {
    const bool known = std::ranges::any_of(run.legs, [&](const auto& one) { return step.platform == one.platform; });
    if (leg != nullptr ? step.platform == leg->platform : !known) lane.bars.push_back(bar_of(step, span));
  }
  std::ranges::stable_sort(lane.bars, {}, [](const Bar& bar) { return std::pair(!bar.timed, bar.start); });
  lane.rows = pack(lane.bars);
  return lane;
}

}  // namespace

Timeline Timeline::of(const Run& run) {
  const auto span = span_of(run.steps);
  Timeline timeline;
  if (span.start) timeline.length = since(*span.start, *span.end);
  for (const auto& leg : run.legs) timeline.lanes.push_back(lane_of(run, &leg, span));
  if (auto shared = lane_of(run, nullptr, span); !shared.bars.empty()) timeline.lanes.push_back(std::move(shared));
  return timeline;
}

}  // namespace polyarch::report
