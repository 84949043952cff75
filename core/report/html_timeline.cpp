#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "report/html.hpp"
#include "report/legs.hpp"
#include "report/outside_text.hpp"
#include "report/step_label.hpp"
#include "report/timeline.hpp"

namespace polyarch::report::html {
namespace {

constexpr double width = 1000;
constexpr std::size_t longest_name = 300;
constexpr std::size_t most_rows = 12;  // of the overview: what runs beside more than these lies over the last

std::string kind_of(const Bar& bar) {
  if (bar.state == State::done) return bar.step->emulated ? "emulated" : bar.step->platform ? "native" : "shared";
  return std::string(to_string(bar.state));
}

// Presentation attributes too: some servers forbid a page its style.
std::string_view fill_of(std::string_view kind) {
  if (kind == "native") return "#4a7fc1";
  if (kind == "emulated") return "#c98a2b";
  if (kind == "cached") return "#7fa88b";
  if (kind == "failed") return "#c2453f";
  return "#8a93a3";
}

std::string rect(const Bar& bar, const Timeline& timeline, double y, double height) {
  const double scale = width / static_cast<double>(std::max<std::int64_t>(1, timeline.length.count()));
  const double length = std::clamp(static_cast<double>(bar.length.count()) * scale, 3.0, width);
  const double x = std::clamp(static_cast<double>(bar.start.count()) * scale, 0.0, width - length);
  const auto kind = kind_of(bar);
  return fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>",
                     kind, x, y, length, height, fill_of(kind));
}

std::string axis(const Timeline& timeline) {
  std::string out = "<div class=\"axis\" aria-hidden=\"true\">";
  for (int i = 0; i <= 4; ++i) out += fmt::format("<span>{}</span>", text::human_duration(timeline.length * i / 4));
  return out + "</div>\n";
}

std::string lane_name(const TimelineLane& lane) {
  return lane.leg != nullptr ? lane.leg->platform.str() : "shared by several";
}

// All of a lane at one glance; the list below says the same in words.
std::string overview_lane(const TimelineLane& lane, const Timeline& timeline) {
  const auto rows = std::clamp<std::size_t>(lane.rows, 1, most_rows);
  auto out = fmt::format(
      "<div class=\"lane\"><span class=\"name\">{}</span><svg class=\"rows-{}\" viewBox=\"0 0 1000 {}\" "
      "preserveAspectRatio=\"none\" width=\"100%\" height=\"{}\">",
      line(lane_name(lane)), rows, rows * 10, rows * 10);
  for (const auto& bar : lane.bars) {
    if (bar.timed) out += rect(bar, timeline, static_cast<double>(std::min(bar.row, rows - 1)) * 10 + 1, 8);
  }
  return out + "</svg></div>\n";
}

std::string overview(const Timeline& timeline) {
  auto out = std::string("<div class=\"overview\" aria-hidden=\"true\">\n");
  for (const auto& lane : timeline.lanes) out += overview_lane(lane, timeline);
  return out + axis(timeline) + "</div>\n";
}

std::string facts_of(const Bar& bar) {
  const auto& step = *bar.step;
  std::string out = fmt::format("<p class=\"quiet\">{}", to_string(bar.state));
  if (step.platform) out += step.emulated ? ", emulated" : ", native";
  if (bar.timed) out += fmt::format(", began after {}", text::human_duration(bar.start));
  if (step.line > 0) out += fmt::format(", line {} of the Dockerfile", step.line);
  return out + "</p>\n";
}

std::string step_item(const Bar& bar, const Timeline& timeline) {
  const auto& step = *bar.step;
  const auto label = StepLabel::parse(step.name);
  const auto name = line(fit(label.str(), longest_name));
  const auto shown_time = bar.state == State::cached ? "cached"
                          : bar.timed                ? text::human_duration(step.duration)
                                                     : std::string(to_string(bar.state));
  auto classes = fmt::format("step {}", kind_of(bar));
  if (step.internal) classes += " internal";
  const auto word = bar.state == State::failed || bar.state == State::canceled ? to_string(bar.state) : "";
  return fmt::format(
      "<li class=\"{}\"><details{}><summary><span class=\"name\">{}</span>"
      "<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" width=\"100%\" height=\"10\" "
      "aria-hidden=\"true\">{}</svg><span class=\"time\">{}{}{}</span></summary>\n{}{}{}{}</details></li>\n",
      classes, bar.state == State::failed ? " open" : "", name, bar.timed ? rect(bar, timeline, 0, 10) : "", word,
      word.empty() ? "" : " ", word == shown_time ? "" : shown_time, facts_of(bar),
      label.str().size() > longest_name ? output(step.name, "The whole step") : "", output(step.log, "Output"),
      output(step.error, "Error"));
}

std::string lane_list(const TimelineLane& lane, const Timeline& timeline) {
  if (lane.bars.empty()) return {};
  const auto about = lane.leg == nullptr ? std::string("work for several platforms at once")
                                         : fmt::format("{}, {}, {} steps cached", mode(*lane.leg),
                                                       text::human_duration(lane.leg->duration), cached(*lane.leg));
  auto out = fmt::format(
      "<details class=\"platform\" open><summary><h3>{}</h3> <span class=\"quiet\">{}</span></summary>\n"
      "{}<ol class=\"plain steps\">\n",
      line(lane_name(lane)), line(about), axis(timeline));
  for (const auto& bar : lane.bars) out += step_item(bar, timeline);
  return out + "</ol></details>\n";
}

// Hidden where scripts do not run: without them everything is shown.
constexpr std::string_view controls =
    R"(<div class="controls" id="controls" role="group" aria-label="Steps to show" hidden>
<label for="filter">Filter steps</label> <input id="filter" type="search" autocomplete="off" spellcheck="false">
<label><input id="internal" type="checkbox"> BuildKit's own</label>
<label><input id="cached" type="checkbox" checked> cached</label>
<button type="button" id="unfold" aria-pressed="false">Unfold all</button>
<span id="count" class="quiet" role="status"></span>
</div>
)";

constexpr std::string_view legend = R"(<ul class="legend plain" aria-label="Colours">
<li class="native">native</li><li class="emulated">emulated</li><li class="shared">shared</li><li class="cached">cached</li><li class="failed">failed</li><li class="canceled">canceled</li>
</ul>
)";

}  // namespace

std::string timeline(const Run& run) {
  if (run.steps.empty()) return {};
  const auto timeline = Timeline::of(run);
  auto out = overview(timeline) + std::string(legend) + std::string(controls);
  for (const auto& lane : timeline.lanes) out += lane_list(lane, timeline);
  return out;
}

}  // namespace polyarch::report::html
