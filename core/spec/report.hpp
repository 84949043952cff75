#pragma once
#include <string>
#include <vector>

#include "spec/registry.hpp"

namespace polyarch::spec {

// `polyarch report`: one report of all jobs of a run.
struct ReportOptions : RegistryOptions {
  std::vector<std::string> sources;  // files and directories; with a run id, the repository
  std::string run_id;
  std::string output;
  std::string format = "table";  // table, json, markdown, junit, html
};

const Command<ReportOptions>& report_command();

}  // namespace polyarch::spec
