#pragma once
#include <string_view>

namespace polyarch::publish {

// Whether tag `a` stands before `b` in a list for people: names first (latest, pr-9, pr-10), then versions from the
// oldest (v1.2, 1.10.0-rc1, 1.10.0). A total order.
bool tag_before(std::string_view a, std::string_view b);

// Whether `text` fits a pattern with * (any characters) and ? (any one).
bool fits(std::string_view pattern, std::string_view text);

}  // namespace polyarch::publish
