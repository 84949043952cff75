#include "report/html.hpp"

#include <array>
#include <fmt/core.h>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "report/legs.hpp"
#include "report/timestamp.hpp"
#include "report/writers.hpp"

namespace polyarch::report {
namespace {

constexpr std::size_t shown_output = 1U << 20;
constexpr std::size_t shown_steps = 1000;
constexpr std::size_t most_listed = 200;  // tags, tests of a platform, layers: a page is no archive

// As a content security policy names what may run.
std::string hash_source(std::string_view text) {
  const auto digest = Digest::sha256(text);
  const auto hex = digest.hex();
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto digit = [&](std::size_t at) { return std::string_view("0123456789abcdef").find(hex[at]); };
    bytes += static_cast<char>(digit(i) * 16 + digit(i + 1));
  }
  return fmt::format("'sha256-{}'", text::base64_encode(bytes));
}

std::string html_head(const Run& run) {
  return fmt::format(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{} {} · polyarch{}</title>
<style>{}</style>
</head>
)",
                     hash_source(html::style()), hash_source(html::script()), mark(run.result), to_string(run.result),
                     run.id.empty() ? "" : " run " + html::line(run.id), html::style());
}

std::string fact(std::string_view name, std::string_view value) {
  return value.empty() ? "" : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, html::line(value));
}

// "2026-01-02 03:04:05 UTC"
std::string people_time(Time time) {
  const auto text = rfc3339(time);
  return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 8));
}

std::string html_title(const Run& run) {
  auto outcome_words = outcome(run);
  outcome_words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(outcome_words[0])));
  return fmt::format(
      "<header>\n<p class=\"eyebrow\">polyarch {}</p>\n<h1 class=\"{}\"><span aria-hidden=\"true\">{}</span> {}</h1>\n"
      "<dl class=\"facts\">\n{}{}{}{}{}</dl>\n</header>\n",
      html::line(run.engine_version), to_string(run.result), mark(run.result), html::line(outcome_words),
      fact("Run", run.id), fact("Started", people_time(run.started)), fact("Took", text::human_duration(run.duration)),
      fact("Context", run.context), fact("Dockerfile", run.dockerfile));
}

struct Section {
  std::string_view id;
  std::string_view title;
  std::string body;
};

std::array<Section, 9> sections(const Run& run) {
  return {{{"platforms", "Platforms", html::matrix(run)},
           {"failures", "What failed", html::failures(run)},
           {"published", "Published", html::published(run)},
           {"warnings", "Warnings", html::warnings(run)},
           {"timeline", "Timeline", html::timeline(run)},
           {"caches", "Caches", html::caches(run)},
           {"tests", "Tests", html::tests(run)},
           {"emulation", "Emulated and native", html::emulation(run)},
           {"sizes", "Sizes", html::sizes(run)}}};
}

void bound(Run& run) {
  const auto cut = [](auto& items) {
    if (items.size() > most_listed) items.resize(most_listed);
  };
  cut(run.tags);
  cut(run.warnings);
  cut(run.mounts);
  for (auto& leg : run.legs) {
    cut(leg.tests);
    cut(leg.layers);
  }
}

}  // namespace

std::string to_html(const Run& whole) {
  auto run = trimmed(whole, shown_output, shown_steps);
  bound(run);
  std::string links;
  std::string body;
  for (const auto& [id, name, content] : sections(run)) {
    if (content.empty()) continue;
    links += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, name);
    body += html::section(id, name, content);
  }
  return fmt::format(
      "{}<body>\n{}<nav aria-label=\"Sections\"><ul>\n{}</ul></nav>\n<main>\n{}</main>\n"
      "<p id=\"status\" role=\"status\" class=\"unseen\"></p>\n<script>{}</script>\n</body>\n</html>\n",
      html_head(run), html_title(run), links, body, html::script());
}

}  // namespace polyarch::report
