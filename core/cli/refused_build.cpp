#include "cli/refused_build.hpp"

#include <algorithm>
#include <string_view>

#include "app/false_start.hpp"
#include "spec/build.hpp"

namespace polyarch::cli {
namespace {

constexpr std::string_view report_flag = "--report-dir";

// Of arguments that could not be parsed as a whole.
std::string flag_value(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == report_flag && i + 1 < arguments.size()) return arguments[i + 1];
    if (argument.starts_with(report_flag) && argument.substr(report_flag.size()).starts_with('='))
      return std::string(argument.substr(report_flag.size() + 1));
  }
  return {};
}

// The refused one may be any of them, so each is read for itself.
std::string variable_value(std::string_view name, const spec::Surroundings& surroundings) {
  for (const auto& field : spec::build_command().fields) {
    const auto option = spec::describe(field);
    if (option.name != name) continue;
    try {
      const auto setting = spec::find_setting(option, surroundings);
      return setting ? setting->values.front() : "";
    } catch (const Error&) {
      return {};
    }
  }
  return {};
}

}  // namespace

void report_refused_build(const Error& error, const std::vector<std::string>& arguments,
                          const spec::Surroundings& surroundings, const ci::Host& host, Clock::Wall now) {
  if (std::ranges::find(arguments, "build") == arguments.end()) return;
  spec::BuildOptions options;
  options.context.clear();
  options.run_id = variable_value("run-id", surroundings);
  options.report_dir = flag_value(arguments);
  if (options.report_dir.empty()) options.report_dir = variable_value("report-dir", surroundings);
  app::report_false_start(error, options, host, now);
}

}  // namespace polyarch::cli
