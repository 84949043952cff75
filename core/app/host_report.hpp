#pragma once
#include "app/context.hpp"
#include "report/run.hpp"

// What a CI system is told of a run besides its log; nothing where it has no such thing.
namespace polyarch::app {

// Has the host hide the secrets that are known by now.
void hide_from_logs(const Context& context);

// The step that failed, and the warnings, beside their line of the Dockerfile; the matrix in the summary of the job.
void report_to_host(const report::Run& run, const Context& context);

// What the host shows of a failure that ended the program; `text`: as describe_failure words it. Returns it in the
// host's words.
std::string report_failure(const ci::Host& host, const std::string& text);

}  // namespace polyarch::app
