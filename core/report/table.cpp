#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "report/legs.hpp"
#include "report/outside_text.hpp"
#include "report/style.hpp"
#include "report/writers.hpp"

namespace polyarch::report {
namespace {

constexpr std::size_t table_output_lines = 20;

using Row = std::vector<std::string>;

std::string colored(const Style& style, Result result, std::string_view text) {
  if (result == Result::passed) return style.green(text);
  if (result == Result::failed) return style.red(text);
  return style.yellow(text);
}

Row header(bool tests) {
  Row row{"PLATFORM", "RESULT", "BUILD", "TIME", "CACHED"};
  if (tests) row.emplace_back("TESTS");
  row.insert(row.end(), {"SIZE", "DIGEST"});
  return row;
}

Row row_of(const Leg& leg, bool tests) {
  Row row{leg.platform.str(), fmt::format("{} {}", mark(leg.result), result_words(leg)), mode(leg),
          text::human_duration(leg.duration), cached(leg)};
  if (tests) row.push_back(passed_tests(leg));
  row.insert(row.end(), {size(leg), short_digest(leg.digest)});
  return row;
}

std::string matrix(const Run& run, const Style& style) {
  const bool tests = has_tests(run);
  std::vector<Row> rows{header(tests)};
  for (const auto& leg : run.legs) rows.push_back(row_of(leg, tests));
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], text::columns(row[i]));
  }
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const bool last = i + 1 == rows[r].size();
      const auto cell = last ? rows[r][i] : pad(rows[r][i], widths[i] + 2);
      if (r == 0) {
        out += style.dim(cell);
      } else if (i == 1) {
        out += colored(style, run.legs[r - 1].result, cell);
      } else {
        out += cell;
      }
    }
    out += '\n';
  }
  return out;
}

std::string indented(const std::vector<std::string>& lines, std::string_view indent) {
  std::string out;
  for (const auto& line : lines) out += fmt::format("{}{}\n", indent, line);
  return out;
}

std::string failures(const Leg& leg, const Style& style) {
  std::string out;
  if (leg.result != Result::passed && !leg.error.empty()) {
    out += fmt::format("\n{} {}\n{}", colored(style, leg.result, mark(leg.result)), style.bold(leg.platform.str()),
                       indented(lines_of(leg.error), "  "));
  }
  for (const auto& test : leg.tests) {
    if (test.result == Result::passed || test.result == Result::skipped) continue;
    out +=
        fmt::format("\n{} {} test '{}' {} after {}\n{}", colored(style, test.result, mark(test.result)),
                    style.bold(leg.platform.str()), one_line(test.name), to_string(test.result),
                    text::human_duration(test.duration), indented(last_lines(test.output, table_output_lines), "    "));
  }
  return out;
}

std::string ending(const Run& run, const Style& style) {
  auto out = fmt::format("\n{} {}\n", colored(style, run.result, mark(run.result)), style.bold(outcome(run)));
  if (!run.reference.empty()) {
    for (const auto& tag : run.tags) out += fmt::format("  {}\n", one_line(tag));
  }
  if (!run.digest.empty()) out += fmt::format("  {}\n", style.dim(one_line(run.digest)));
  return out;
}

}  // namespace

std::string to_table(const Run& run, bool color) {
  const Style style(color);
  std::string out;
  if (!run.legs.empty()) out += matrix(run, style);
  for (const auto& leg : run.legs) out += failures(leg, style);
  if (!run.warnings.empty()) out += '\n';
  for (const auto& warning : run.warnings) {
    out += fmt::format("{} {}\n", style.yellow("!"), located(warning));
    if (!warning.hint.empty()) out += fmt::format("  {}\n", style.dim(one_line(warning.hint)));
  }
  return out + ending(run, style);
}

}  // namespace polyarch::report
