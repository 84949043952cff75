#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "report/run.hpp"

namespace polyarch::report {

// A line that a step wrote.
struct LogLine {
  std::string step_id;
  std::string text;
};

// How the progress of a run is shown. Pure: each call returns the bytes to write now, given the time since the start.
// Names and log lines are untrusted: they pass text::printable and the redactor before they come here or inside.
class Progress {
 public:
  virtual ~Progress() = default;
  // A phase of the run itself ("registering QEMU for linux/arm64", "pushing index").
  virtual std::string phase(std::string_view message, std::chrono::milliseconds now) = 0;
  // A step changed: started, completed, cached or failed.
  virtual std::string step(const Step& step, std::chrono::milliseconds now) = 0;
  virtual std::string log(const LogLine& line, std::chrono::milliseconds now) = 0;
  // Called about ten times a second: redraws lanes, or prints a heartbeat.
  virtual std::string tick(std::chrono::milliseconds now) = 0;
  // The end: takes down what is live.
  virtual std::string finish(std::chrono::milliseconds now) = 0;
};

struct LaneInfo {
  oci::Platform platform;
  bool emulated = false;
};

// Live lanes, one a platform: time, steps done and cached, native or emulated, the current step; redrawn in place.
std::unique_ptr<Progress> make_lanes(std::vector<LaneInfo> lanes, int width, bool color);
// Calm lines: a step's start and end, its log lines with the lane in front, a heartbeat every 30 s of silence. A step
// that is over within a second is shown by its end alone.
std::unique_ptr<Progress> make_plain(std::vector<LaneInfo> lanes, bool color);
// One JSON object a line: {"time_ms":…,"event":"phase|step|log|heartbeat",…}, redacted.
std::unique_ptr<Progress> make_json_lines();
// Nothing but steps that failed, with the end of their output.
std::unique_ptr<Progress> make_quiet();

}  // namespace polyarch::report
