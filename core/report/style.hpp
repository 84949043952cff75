#pragma once
#include <string>
#include <string_view>

namespace polyarch::report {

// Colours of a terminal, or none.
class Style {
 public:
  explicit Style(bool color) : color_(color) {}

  std::string bold(std::string_view text) const { return in("1", text); }
  std::string dim(std::string_view text) const { return in("2", text); }
  std::string red(std::string_view text) const { return in("31", text); }
  std::string green(std::string_view text) const { return in("32", text); }
  std::string yellow(std::string_view text) const { return in("33", text); }
  // One of a few colours that tell lanes apart.
  std::string lane(std::size_t index, std::string_view text) const {
    static constexpr std::string_view codes[] = {"36", "35", "34", "96", "95", "94"};
    return in(codes[index % std::size(codes)], text);
  }

 private:
  std::string in(std::string_view code, std::string_view text) const {
    if (!color_ || text.empty()) return std::string(text);
    return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
  }

  bool color_;
};

}  // namespace polyarch::report
