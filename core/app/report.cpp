#include <algorithm>
#include <filesystem>
#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/registries.hpp"
#include "app/report_files.hpp"
#include "base/error.hpp"
#include "publish/records.hpp"
#include "report/join.hpp"
#include "report/run_json.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 256;
constexpr std::size_t largest_file = 64U << 20;
constexpr int deepest = 8;

// Artifacts of jobs lie in directories of their own: each report.json below `directory`.
std::vector<fs::path> reports_in(const fs::path& directory) {
  std::vector<fs::path> files;
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(directory, options); entry != fs::end(entry); ++entry) {
    if (entry.depth() >= deepest) entry.disable_recursion_pending();
    std::error_code unknown;
    if (entry->path().filename() == "report.json" && entry->is_regular_file(unknown)) files.push_back(entry->path());
    if (files.size() > most_files) {
      throw Error(ErrorKind::input, fmt::format("{} holds more than {} reports", directory.string(), most_files),
                  "name the files of the run");
    }
  }
  if (files.empty()) {
    throw Error(ErrorKind::input, fmt::format("{} holds no report.json", directory.string()),
                "give --report-dir to the builds, and keep that directory");
  }
  std::ranges::sort(files);
  return files;
}

std::vector<report::Run> read_files(const std::vector<std::string>& sources) {
  std::vector<report::Run> runs;
  for (const auto& source : sources) {
    std::error_code unknown;
    const auto files = fs::is_directory(source, unknown) ? reports_in(source) : std::vector<fs::path>{source};
    for (const auto& file : files)
      runs.push_back(report::parse_report(sys::read_file(file, largest_file), file.string()));
  }
  return runs;
}

std::vector<report::Run> read_records(const spec::ReportOptions& options, Context& context) {
  if (options.sources.size() != 1) {
    throw Error(ErrorKind::usage, "--run-id needs the repository that the run was pushed to",
                "write polyarch report --run-id ID REGISTRY/REPOSITORY");
  }
  Registries registries(context, options);
  publish::Records store(registries.client(), oci::Repository::parse(options.sources.front()));
  std::vector<report::Run> runs;
  for (const auto& record : store.read_all(options.run_id)) {
    if (!record.pending) runs.push_back(report::parse_run(record.report, "record of " + record.platform.str()));
  }
  if (runs.empty()) {
    throw Error(ErrorKind::input, fmt::format("run '{}' has no records there", options.run_id),
                "they go when the run is published: join the report.json files of its jobs instead");
  }
  return runs;
}

}  // namespace

int report(const spec::ReportOptions& options, Context& context) {
  auto run = report::join(options.run_id.empty() ? read_files(options.sources) : read_records(options, context));
  if (!options.output.empty()) write_reports(run, options.output);
  const bool people = options.format == "table";
  if (!people || !context.terminal.quiet) {
    context.out << report_text(run, options.format, context.terminal.color_out) << std::flush;
  }
  return 0;
}

}  // namespace polyarch::app
