#pragma once
#include <string>
#include <string_view>
#include <vector>

// Text from outside (step names, output, error messages), made fit to be shown.
namespace polyarch::report {

// One line, printable and without secrets. Line ends become spaces; of what a carriage return overwrote, the last is
// kept.
std::string one_line(std::string_view text);
// Its lines, each as above, without empty ones at the front and the end.
std::vector<std::string> lines_of(std::string_view text);
// The last `count` of them. The text may be long: no more of it is looked at than needed.
std::vector<std::string> last_lines(std::string_view text, std::size_t count);
// `text` cut to that many columns, with "…" for what is missing.
std::string fit(std::string_view text, std::size_t columns);
// `text` filled up with spaces to that many columns.
std::string pad(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);

}  // namespace polyarch::report
