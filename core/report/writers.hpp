#pragma once
#include <string>

#include "report/run.hpp"

namespace polyarch::report {

// The matrix for a terminal or a log: platform, result, native/emulated, time, cached steps, image size, digest; under
// it tests that failed with the end of their output, warnings, tags and digest. `color`: ANSI colours.
std::string to_table(const Run& run, bool color);
// The same as GitHub-flavoured Markdown, of less than 1 MiB; everything from the run is escaped.
std::string to_markdown(const Run& run);
// JUnit XML: a suite a platform; build, each test, and publish are its cases; output attached,
// to a build that failed that of its step.
std::string to_junit(const Run& run);
// {"schema":"polyarch.report/v1", …}: every field of Run; times RFC 3339 UTC, durations in milliseconds. Of very long
// output, the end.
std::string to_json(const Run& run);
// One HTML file that needs nothing else: matrix, tags, timeline, sizes, tests, warnings. Everything from the run is
// escaped, and a content security policy lets nothing run that is not ours. A few MiB at most.
std::string to_html(const Run& run);

}  // namespace polyarch::report
