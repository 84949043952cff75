#include "base/json.hpp"
#include "report/heartbeat.hpp"
#include "report/outside_text.hpp"
#include "report/progress.hpp"
#include "report/tracker.hpp"

namespace polyarch::report {
namespace {

using std::chrono::milliseconds;

Json platform_or_null(const std::optional<oci::Platform>& platform) {
  return platform ? Json(platform->str()) : Json();
}

class JsonLines final : public Progress {
 public:
  std::string phase(std::string_view message, milliseconds now) override {
    return line("phase", {{"message", one_line(message)}}, now);
  }

  std::string step(const Step& step, milliseconds now) override {
    const auto& tracked = tracker_.update(step, now);
    platforms_[step.id] = step.platform;
    return line("step",
                {{"id", one_line(step.id)},
                 {"name", one_line(step.name)},
                 {"platform", platform_or_null(step.platform)},
                 {"stage", one_line(step.stage)},
                 {"line", step.line},
                 {"state", to_string(tracked.state)},
                 {"internal", step.internal},
                 {"emulated", step.emulated},
                 {"duration_ms", step.duration.count()},
                 {"error", one_line(step.error)}},
                now);
  }

  std::string log(const LogLine& log_line, milliseconds now) override {
    const auto platform = platforms_.find(log_line.step_id);
    return line("log",
                {{"step", one_line(log_line.step_id)},
                 {"platform", platform == platforms_.end() ? Json() : platform_or_null(platform->second)},
                 {"text", one_line(log_line.text)}},
                now);
  }

  std::string tick(milliseconds now) override {
    if (!heartbeat_.due(now)) return {};
    auto running = Json::array();
    for (const auto* step : tracker_.running()) running.push_back(one_line(step->id));
    return line("heartbeat", {{"running", std::move(running)}}, now);
  }

  std::string finish(milliseconds) override { return {}; }

 private:
  std::string line(std::string_view event, Json object, milliseconds now) {
    heartbeat_.said_something(now);
    object["event"] = event;
    object["time_ms"] = now.count();
    return object.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + '\n';
  }

  Tracker tracker_{{}};
  std::unordered_map<std::string, std::optional<oci::Platform>> platforms_;  // by step
  Heartbeat heartbeat_;
};

}  // namespace

std::unique_ptr<Progress> make_json_lines() {
  return std::make_unique<JsonLines>();
}

}  // namespace polyarch::report
