#include "app/report_files.hpp"

#include "base/error.hpp"
#include "base/redact.hpp"
#include "report/writers.hpp"
#include "sys/files.hpp"

namespace polyarch::app {

void write_reports(const report::Run& run, const std::filesystem::path& directory) {
  std::error_code code;
  std::filesystem::create_directories(directory, code);
  if (code) sys::throw_errno("make the directory " + directory.string(), code.value());
  for (const auto& [file, format] :
       {std::pair{"report.json", "json"}, {"report.html", "html"}, {"report.md", "markdown"}, {"junit.xml", "junit"}}) {
    sys::write_file(directory / file, report_text(run, format, /*color=*/false));
  }
}

std::string report_text(const report::Run& run, std::string_view format, bool color) {
  if (format == "json") return redactor().apply(report::to_json(run));
  if (format == "html") return redactor().apply(report::to_html(run));
  if (format == "markdown") return redactor().apply(report::to_markdown(run));
  if (format == "junit") return redactor().apply(report::to_junit(run));
  return redactor().apply(report::to_table(run, color));
}

}  // namespace polyarch::app
