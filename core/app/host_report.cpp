#include "app/host_report.hpp"

#include <filesystem>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "report/outside_text.hpp"
#include "report/step_label.hpp"
#include "report/writers.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t shown_output = 10;

std::string failed_step_text(const report::Step& step) {
  auto lines = report::last_lines(step.log, shown_output);
  const auto label = report::StepLabel::parse(step.name).str();
  lines.insert(lines.begin(), fmt::format("{}: {}", step.platform ? step.platform->str() : "shared", label));
  lines.push_back(report::one_line(step.error));
  return text::join(lines, "\n");
}

std::vector<ci::Annotation> annotations(const report::Run& run) {
  std::vector<ci::Annotation> out;
  for (const auto& step : run.steps) {
    if (step.error.empty() || step.line == 0) continue;
    out.push_back({ci::Severity::error, failed_step_text(step), "build step failed", run.dockerfile, step.line});
  }
  for (const auto& warning : run.warnings) {
    const auto hint = warning.hint.empty() ? "" : "\n" + warning.hint;
    out.push_back({ci::Severity::warning, warning.message + hint, "", warning.file, warning.line});
  }
  return out;
}

// A summary that cannot be written is no reason to fail.
void add_to_summary(const ci::Host& host, const std::string& markdown) {
  if (host.summary_file.empty()) return;
  try {
    sys::append_file(host.summary_file, redactor().apply(markdown));
  } catch (const Error& error) {
    log::warning("the summary of the job cannot be written: {}", error.message());
  }
}

// An indented line of Markdown is shown as it is, whatever is in it.
std::string indented(std::string_view text) {
  std::string out;
  for (const auto& line : report::lines_of(text)) out += fmt::format("    {}\n", line);
  return out;
}

}  // namespace

void hide_from_logs(const Context& context) {
  for (const auto& secret : redactor().known()) context.err << ci::mask_line(context.host, secret);
  context.err << std::flush;
}

void report_to_host(const report::Run& run, const Context& context) {
  for (const auto& annotation : annotations(run))
    context.err << redactor().apply(ci::annotation_line(context.host, annotation));
  context.err << std::flush;
  add_to_summary(context.host, report::to_markdown(run));
}

std::string report_failure(const ci::Host& host, const std::string& text) {
  auto message = text::trim(text);
  if (message.starts_with("error: ")) message.remove_prefix(7);
  std::error_code absent;
  const auto size = fs::file_size(host.summary_file, absent);
  if (absent || size == 0) add_to_summary(host, "### ✗ failed\n\n" + indented(message));
  const auto line = ci::annotation_line(host, {.severity = ci::Severity::error, .message = std::string(message)});
  return line.empty() ? text : line;
}

}  // namespace polyarch::app
