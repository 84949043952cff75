#include "app/results.hpp"

#include <filesystem>
#include <fmt/core.h>

#include "app/report_files.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;

// What buildx would have written, with the digest and names of what was published.
Json metadata(const report::Run& run, const std::vector<SolveOutcome>& outcomes, const Plan& plan) {
  Json out = Json::object();
  for (const auto& outcome : outcomes) out.update(outcome.metadata);
  if (!run.digest.empty()) {
    out["containerimage.digest"] = run.digest;
    out.erase("containerimage.descriptor");
  }
  if (!plan.targets.tags.empty()) {
    std::vector<std::string> names;
    for (const auto& tag : plan.targets.tags) names.push_back(tag.str());
    out["image.name"] = text::join(names, ",");
  }
  return out;
}

std::string image_id(const Json& metadata) {
  const auto config = metadata.find("containerimage.config.digest");
  const auto digest = metadata.find("containerimage.digest");
  if (config != metadata.end() && config->is_string()) return *config;
  return digest != metadata.end() && digest->is_string() ? digest->get<std::string>() : std::string();
}

}  // namespace

std::string engine_version() {
  return std::string(version_string());
}

void show_results(const report::Run& run, const spec::BuildOptions& options, Context& context) {
  if (options.format == "table" && context.terminal.quiet) return;
  context.out << report_text(run, options.format, context.terminal.color_out) << std::flush;
}

Outputs write_results(const RunState& state, const std::vector<SolveOutcome>& outcomes) {
  const auto& run = state.report;
  const auto& options = state.options;
  const auto& plan = state.plan;
  Outputs outputs;
  if (run.result == report::Result::passed) {
    const auto data = metadata(run, outcomes, plan);
    if (!options.metadata_file.empty()) sys::write_file(options.metadata_file, data.dump(2) + "\n");
    if (!options.iidfile.empty()) sys::write_file(options.iidfile, image_id(data));
    outputs = {
        {"imageid", image_id(data)}, {"digest", run.digest}, {"metadata", data.dump()}, {"reference", run.reference}};
    const auto of_builder = builder_outputs(state.builders);
    outputs.insert(outputs.end(), of_builder.begin(), of_builder.end());
  }
  if (!options.report_dir.empty()) {
    write_reports(run, options.report_dir);
    outputs.emplace_back("report", (fs::path(options.report_dir) / "report.json").string());
  }
  if (plan.names) {
    const auto named = plan.names->outputs();
    outputs.insert(outputs.end(), named.begin(), named.end());
  }
  return outputs;
}

}  // namespace polyarch::app
