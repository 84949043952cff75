#pragma once
#include <filesystem>
#include <string>

#include "report/run.hpp"

namespace polyarch::app {

// report.json, report.html, report.md and junit.xml, without secrets; the directory is made.
void write_reports(const report::Run& run, const std::filesystem::path& directory);

// One of them, by the name of its format: table, json, markdown, junit, html.
std::string report_text(const report::Run& run, std::string_view format, bool color);

}  // namespace polyarch::app
