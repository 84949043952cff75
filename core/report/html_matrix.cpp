#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "report/html.hpp"
#include "report/legs.hpp"

namespace polyarch::report::html {
namespace {

// On a phone each row becomes a card, whose cells name their column themselves; the roles keep it a table.
std::string cell(std::string_view column, std::string_view content, std::string_view kind = "") {
  return fmt::format("<td role=\"cell\" data-column=\"{}\"{}>{}</td>\n", column,
                     kind.empty() ? "" : fmt::format(" class=\"{}\"", kind), content);
}

std::string copyable(std::string_view text, std::string_view shown, std::string_view what) {
  return fmt::format(
      "<code title=\"{}\">{}</code> <button type=\"button\" data-copy=\"{}\" hidden>Copy<span "
      "class=\"unseen\"> {}</span></button>",
      line(text), line(shown), line(text), line(what));
}

std::string cache_cell(const Leg& leg) {
  if (leg.steps <= 0) return "–";
  const auto hits = std::clamp(leg.cached_steps, 0, leg.steps);
  return fmt::format(
      "<svg class=\"meter\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      "<rect class=\"track\" width=\"100\" height=\"8\" fill=\"#ddd\"/>"
      "<rect class=\"cached\" width=\"{:.0f}\" height=\"8\" fill=\"#7a8\"/></svg> {}",
      100.0 * hits / leg.steps, cached(leg));
}

std::string row(const Leg& leg, bool with_tests) {
  auto out = fmt::format("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">{}</th>\n", line(leg.platform.str()));
  out += cell("Result", badge(leg.result, result_words(leg)));
  out += cell("Build", mode(leg));
  out += cell("Time", text::human_duration(leg.duration), "number");
  out += cell("Cached", cache_cell(leg), "number");
  if (with_tests) out += cell("Tests", passed_tests(leg), "number");
  out += cell("Size", size(leg), "number");
  out += cell("Node", leg.node.empty() ? "–" : line(leg.node));
  out += cell("Digest", leg.digest.empty()
                            ? "–"
                            : copyable(leg.digest, short_digest(leg.digest), "the digest of " + leg.platform.str()));
  return out + "</tr>\n";
}

}  // namespace

std::string matrix(const Run& run) {
  if (run.legs.empty()) return {};
  const bool with_tests = has_tests(run);
  std::string head;
  for (const auto* column : {"Platform", "Result", "Build", "Time", "Cached", "Tests", "Size", "Node", "Digest"}) {
    const std::string_view name = column;
    const bool number = name == "Time" || name == "Cached" || name == "Tests" || name == "Size";
    if (name != "Tests" || with_tests)
      head += fmt::format("<th role=\"columnheader\" scope=\"col\"{}>{}</th>", number ? " class=\"number\"" : "", name);
  }
  std::string rows;
  for (const auto& leg : run.legs) rows += row(leg, with_tests);
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Matrix of platforms\">\n"
      "<table role=\"table\" class=\"cards\">\n<thead role=\"rowgroup\"><tr role=\"row\">{}</tr></thead>\n"
      "<tbody role=\"rowgroup\">\n{}</tbody>\n</table>\n</div>\n",
      head, rows);
}

std::string published(const Run& run) {
  if (run.digest.empty()) return {};
  auto out = fmt::format("<ul class=\"plain\">\n<li>{}</li>\n", copyable(run.digest, run.digest, "the digest"));
  for (const auto& tag : run.tags) out += fmt::format("<li>{}</li>\n", copyable(tag, tag, "the tag"));
  if (!run.reference.empty())
    out += fmt::format("<li>{}</li>\n", copyable(run.reference, run.reference, "tag and digest"));
  return out + "</ul>\n";
}

}  // namespace polyarch::report::html
