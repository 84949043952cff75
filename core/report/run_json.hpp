#pragma once
#include <string_view>

#include "base/json.hpp"
#include "report/run.hpp"

namespace polyarch::report {

// A run as report.json shows it; docs/report.md has the fields.
Json run_json(const Run& run);
// The same back, from another job. Throws Error{input} naming `what`, also for a schema that is not ours.
Run parse_run(const Json& object, std::string_view what);
// The same from the bytes of a report.json; they may be as many as an engine writes.
Run parse_report(std::string_view bytes, std::string_view what);

}  // namespace polyarch::report
