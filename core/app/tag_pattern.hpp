#pragma once
#include <optional>
#include <string>

namespace polyarch::app {

// The group of the first match of a regular expression of JavaScript, "v(.*)" or "/v(.*)/i", in a text; nullopt: it
// does not match, has no such group, or the text is longer than names of Git are. Throws Error{usage} on what is no
// such expression, and on one that tries a text in too many ways.
std::optional<std::string> matched(const std::string& pattern, const std::string& text, std::size_t group);

}  // namespace polyarch::app
