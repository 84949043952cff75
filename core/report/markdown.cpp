#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "report/cache_use.hpp"
#include "report/legs.hpp"
#include "report/outside_text.hpp"
#include "report/step_label.hpp"
#include "report/writers.hpp"

namespace polyarch::report {
namespace {

constexpr std::size_t output_lines = 40;
constexpr std::size_t slowest_steps = 5;
constexpr std::chrono::milliseconds worth_showing{1000};
constexpr std::size_t largest_summary = 1'000'000;  // GitHub shows none above 1 MiB
constexpr std::size_t longest_outcome = 1000;

// Markdown of whole blocks. The first that finds no room ends it, for what follows may be the rest of a table.
class Summary {
 public:
  void add(std::string_view block) {
    cut_ = cut_ || text_.size() + block.size() > largest_summary;
    if (!cut_) text_ += block;
  }
  std::string text() const {
    return cut_ ? text_ + "\n\n**Cut here, for a summary holds no more: the report has the rest.**\n" : text_;
  }

 private:
  std::string text_;
  bool cut_ = false;
};

// As entities, no character of `text` can begin Markdown, HTML, a table cell or a mention of somebody.
std::string escape(std::string_view text) {
  static constexpr std::string_view special = "\\`*_[]#|<>&~@";
  std::string out;
  for (const char c : one_line(text)) {
    out += special.find(c) == std::string_view::npos ? std::string(1, c) : fmt::format("&#{};", static_cast<int>(c));
  }
  return out;
}

std::string code(std::string_view text) {
  return fmt::format("<code>{}</code>", escape(text));
}

// A fence that the text cannot close.
std::string fenced(const std::vector<std::string>& lines) {
  std::size_t longest = 2;
  std::string body;
  for (const auto& line : lines) {
    std::size_t length = 0;
    for (const char c : line) {
      length = c == '`' ? length + 1 : 0;
      longest = std::max(longest, length);
    }
    body += line + '\n';
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}text\n{}{}\n", fence, body, fence);
}

void add_title(Summary& summary, const Run& run) {
  summary.add(fmt::format("### {} {}\n\n", mark(run.result), escape(fit(outcome(run), longest_outcome))));
  const bool tags = !run.reference.empty() && !run.tags.empty();
  if (tags) {
    for (const auto& tag : run.tags) summary.add(fmt::format("- {}\n", code(tag)));
  }
  if (!run.digest.empty()) summary.add(fmt::format("- {}\n", code(run.digest)));
  if (tags || !run.digest.empty()) summary.add("\n");
}

void add_matrix(Summary& summary, const Run& run) {
  const bool tests = has_tests(run);
  summary.add(
      fmt::format("| Platform | Result | Build | Time | Cached |{} Size | Digest |\n|:--|:--|:--|--:|--:|{}--:|:--|\n",
                  tests ? " Tests |" : "", tests ? "--:|" : ""));
  for (const auto& leg : run.legs) {
    summary.add(fmt::format("| {} | {} {} | {} | {} | {} |{} {} | {} |\n", code(leg.platform.str()), mark(leg.result),
                            result_words(leg), mode(leg), text::human_duration(leg.duration), cached(leg),
                            tests ? fmt::format(" {} |", passed_tests(leg)) : "", size(leg),
                            leg.digest.empty() ? "-" : code(short_digest(leg.digest))));
  }
  summary.add("\n");
}

std::string details(std::string_view summary, const std::string& body) {
  return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", summary, body);
}

void add_failures(Summary& summary, const Leg& leg) {
  if (leg.result != Result::passed && !leg.error.empty()) {
    summary.add(details(fmt::format("{} {} {}", mark(leg.result), code(leg.platform.str()), to_string(leg.result)),
                        fenced(last_lines(leg.error, output_lines))));
  }
  for (const auto& test : leg.tests) {
    if (test.result == Result::passed || test.result == Result::skipped) continue;
    summary.add(details(fmt::format("{} {} test {} {} after {}", mark(test.result), code(leg.platform.str()),
                                    code(test.name), to_string(test.result), text::human_duration(test.duration)),
                        fenced(last_lines(test.output, output_lines))));
  }
}

void add_caches(Summary& summary, const Run& run) {
  const auto lines = cache_lines(run);
  for (const auto& line : lines) summary.add(fmt::format("- {}\n", escape(line)));
  if (!lines.empty()) summary.add("\n");
}

void add_warnings(Summary& summary, const Run& run) {
  if (run.warnings.empty()) return;
  summary.add("**Warnings**\n\n");
  for (const auto& warning : run.warnings) {
    summary.add(
        fmt::format("- {}{}{}\n", escape(located(warning)), warning.hint.empty() ? "" : "<br>", escape(warning.hint)));
  }
  summary.add("\n");
}

std::string slowest(const Run& run) {
  std::vector<const Step*> steps;
  for (const auto& step : run.steps) {
    if (!step.cached && !step.internal && step.duration >= worth_showing) steps.push_back(&step);
  }
  if (steps.empty()) return {};
  std::ranges::stable_sort(steps, std::greater{}, &Step::duration);
  steps.resize(std::min(steps.size(), slowest_steps));
  std::string body = "| Step | Platform | Build | Time |\n|:--|:--|:--|--:|\n";
  for (const auto* step : steps) {
    body += fmt::format("| {} | {} | {} | {} |\n", code(fit(StepLabel::parse(step->name).str(), 100)),
                        step->platform ? code(step->platform->str()) : "shared", step->emulated ? "emulated" : "native",
                        text::human_duration(step->duration));
  }
  return details("Slowest steps", body);
}

}  // namespace

std::string to_markdown(const Run& run) {
  Summary summary;
  add_title(summary, run);
  if (!run.legs.empty()) add_matrix(summary, run);
  for (const auto& leg : run.legs) add_failures(summary, leg);
  add_caches(summary, run);
  add_warnings(summary, run);
  summary.add(slowest(run));
  return summary.text();
}

}  // namespace polyarch::report
