#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace polyarch::dockerfile {

// The lines of a file: one instruction may stand on several of them.
class Source {
 public:
  Source(std::string_view text, std::string_view filename);

  // The next instruction with its continuation lines joined; nullopt at the end of the file.
  std::optional<std::string> next_instruction();
  // The lines up to the one that is `terminator`, which is taken too; nullopt when it never comes. `strip_tabs`: tabs
  // before the terminator do not count.
  std::optional<std::string> heredoc_body(std::string_view terminator, bool strip_tabs);

  char escape() const { return escape_; }
  const std::optional<std::string>& syntax() const { return syntax_; }
  int first_line() const { return first_line_; }  // of the instruction read last
  int line() const { return line_; }              // the line read last
  [[noreturn]] void fail(int line, std::string_view problem, std::string_view hint = {}) const;

 private:
  void read_directives();
  std::optional<std::string_view> next_line();

  std::string_view rest_;
  std::string filename_;
  char escape_ = '\\';
  std::optional<std::string> syntax_;
  int first_line_ = 0;
  int line_ = 0;
};

}  // namespace polyarch::dockerfile
