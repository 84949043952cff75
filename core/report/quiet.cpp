#include "report/failed_step.hpp"
#include "report/progress.hpp"
#include "report/style.hpp"
#include "report/tracker.hpp"

namespace polyarch::report {
namespace {

using std::chrono::milliseconds;

class Quiet final : public Progress {
 public:
  std::string phase(std::string_view, milliseconds) override { return {}; }
  std::string step(const Step& step, milliseconds now) override {
    const auto* known = tracker_.find(step.id);
    const bool failed_before = known != nullptr && known->state == State::failed;
    const auto& tracked = tracker_.update(step, now);
    if (tracked.state != State::failed || failed_before) return {};
    return describe_failed_step(step, Style(false));
  }
  std::string log(const LogLine&, milliseconds) override { return {}; }
  std::string tick(milliseconds) override { return {}; }
  std::string finish(milliseconds) override { return {}; }

 private:
  Tracker tracker_{{}};
};

}  // namespace

std::unique_ptr<Progress> make_quiet() {
  return std::make_unique<Quiet>();
}

}  // namespace polyarch::report
