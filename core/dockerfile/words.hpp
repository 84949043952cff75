#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace polyarch::dockerfile {

std::vector<std::string> split_at_blanks(std::string_view line);
// Words at blanks outside quotes; quotes and escapes stay in them.
std::vector<std::string> raw_words(std::string_view line, char escape);

// Flags ("--from=base") off the front of `line`, quotes and escapes taken out; `line` keeps the rest.
std::vector<std::string> take_flags(std::string_view& line, char escape);

// The value of the last flag of that name ("--from"), or empty.
std::string flag_value(const std::vector<std::string>& flags, std::string_view name);

// The words of an argument list in either form: ["a", "b"] or a b.
std::vector<std::string> arguments_of(std::string_view line, char escape);
// True for a list in JSON form, which the frontend runs without a shell and searches for no heredoc.
bool is_json_form(std::string_view line);

struct HeredocStart {
  std::string name;
  bool strip_tabs = false;
};
// The heredocs that a line of RUN, COPY or ADD opens, in order.
std::vector<HeredocStart> heredoc_starts(std::string_view line);

}  // namespace polyarch::dockerfile
