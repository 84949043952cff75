#include <fmt/core.h>

#include "base/text.hpp"
#include "report/html.hpp"
#include "report/legs.hpp"
#include "report/outside_text.hpp"
#include "report/xml.hpp"

namespace polyarch::report::html {

std::string line(std::string_view text) {
  return xml_escape(one_line(text));
}

std::string lines(std::string_view text) {
  return xml_escape(text::join(lines_of(text), "\n"));
}

// It can be scrolled, so it must be reachable by keyboard.
std::string output(std::string_view text, std::string_view name) {
  const auto shown = lines(text);
  if (shown.empty()) return {};
  return fmt::format("<pre tabindex=\"0\" role=\"region\" aria-label=\"{}\">{}</pre>\n", line(name), shown);
}

std::string section(std::string_view id, std::string_view title, std::string_view body) {
  if (body.empty()) return {};
  return fmt::format("<section id=\"{}\" aria-labelledby=\"{}-title\">\n<h2 id=\"{}-title\">{}</h2>\n{}</section>\n",
                     id, id, id, title, body);
}

std::string badge(Result result, std::string_view words) {
  return fmt::format("<span class=\"badge {}\"><span aria-hidden=\"true\">{}</span> {}</span>", to_string(result),
                     mark(result), line(words));
}

}  // namespace polyarch::report::html
