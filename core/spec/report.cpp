#include "spec/report.hpp"

namespace polyarch::spec {

const Command<ReportOptions>& report_command() {
  using O = ReportOptions;
  std::vector<Field<O>> fields{
      {"source",
       &O::sources,
       "File or directory with reports; with --run-id, the repository that the run was pushed to",
       {.value = "DIR|FILE|REPOSITORY", .positional = true, .required = true}},
      {"run-id", &O::run_id, "Run whose records are read", {.value = "ID"}},
      {"output",
       &O::output,
       "Directory for report.json, report.html, report.md and junit.xml",
       {.value = "DIR", .letter = 'o', .group = Group::output}},
      {"format",
       &O::format,
       "How the report is printed on standard output",
       {.group = Group::output, .choices = {"table", "json", "markdown", "junit", "html"}}}};
  for (auto& field : registry_fields<O>()) fields.push_back(std::move(field));
  static const Command<ReportOptions> command{
      "report", "Join the reports of the jobs of a run into one, as a table, JSON, Markdown, JUnit or HTML",
      "Reads the report.json files that `polyarch build --report-dir` wrote; of a directory, all that lie in it.\n"
      "With --run-id it reads what the jobs of a run that is not published yet recorded in their repository.",
      "polyarch report --output report job-amd64/report.json job-arm64/report.json\n"
      "polyarch report --format markdown artifacts\n"
      "polyarch report --run-id 4711 --output report registry.example/app",
      std::move(fields)};
  return command;
}

}  // namespace polyarch::spec
