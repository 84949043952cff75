#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace polyarch::spec {

// The values of a list that stands in one variable: one a line, blanks around it dropped. A value that begins with a
// double quote goes on to the closing one, over line ends; a doubled quote inside stands for one. A JSON array of
// strings is read as such. Throws Error{usage} that names `origin` on an open quote, and above 1 MiB.
std::vector<std::string> parse_lines(std::string_view text, std::string_view origin);

// "a,b=/x,/y" → "a", "b=/x,/y": at a comma another value begins, unless a path of the one in front follows.
std::vector<std::string> split_ids(const std::vector<std::string>& values);

}  // namespace polyarch::spec
