#include "app/false_start.hpp"

#include "app/report_files.hpp"
#include "app/results.hpp"
#include "base/log.hpp"

namespace polyarch::app {

void report_false_start(const Error& error, const spec::BuildOptions& options, const ci::Host& host, Clock::Wall now) {
  if (options.report_dir.empty()) return;
  report::Run run;
  run.id = options.run_id.empty() ? host.run_id : options.run_id;
  run.engine_version = engine_version();
  run.context = options.context;
  run.dockerfile = options.file;
  run.result = error.kind() == ErrorKind::interrupted ? report::Result::canceled : report::Result::failed;
  run.started = now;
  run.error = error.hint().empty() ? error.message() : error.message() + "\n" + error.hint();
  try {
    write_reports(run, options.report_dir);
  } catch (const std::exception& fault) {
    log::warning("the report cannot be written: {}", fault.what());
  }
}

}  // namespace polyarch::app
