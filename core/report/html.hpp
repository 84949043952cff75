#pragma once
#include <string>
#include <string_view>

#include "report/run.hpp"

// The parts of report.html. Each section is empty when the run has nothing for it.
namespace polyarch::report::html {

// Text from outside, fit to stand between tags and in quoted attributes: one line, or its lines.
std::string line(std::string_view text);
std::string lines(std::string_view text);
// "<pre>…</pre>"; empty for no text. `name`: what it is, for who cannot see it.
std::string output(std::string_view text, std::string_view name);
std::string section(std::string_view id, std::string_view title, std::string_view body);
// A mark and a word in the colour of the result.
std::string badge(Result result, std::string_view words);

std::string published(const Run& run);
std::string matrix(const Run& run);
std::string failures(const Run& run);
std::string timeline(const Run& run);
std::string emulation(const Run& run);
std::string sizes(const Run& run);
std::string tests(const Run& run);
std::string caches(const Run& run);
std::string warnings(const Run& run);

// What the page looks like and what its controls do: constant, so that the page can name their hashes.
std::string_view style();
std::string_view script();

}  // namespace polyarch::report::html
