#include <cstdint>
#include <string_view>

#include "app/login_list.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "spec/lines.hpp"

namespace text = polyarch::text;

// A password, but none that stands in another line, too, nor words of ours, which have no digits.
static bool tells_password(std::string_view shown, const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    const auto pair = text::cut(line, ':');
    if (!pair || text::lower(text::trim(pair->first)) != "password") continue;
    const auto password = text::trim(pair->second);
    if (password.size() < 12 || password.find_first_of("0123456789") == std::string_view::npos) continue;
    if (shown.find(password) == std::string_view::npos) continue;
    std::size_t lines_with_it = 0;
    for (const auto& other : lines) lines_with_it += other.find(password) != std::string::npos ? 1U : 0U;
    if (lines_with_it == 1) return true;
  }
  return false;
}

// Every entry of a list becomes one line that is taken as it is, whole; what is refused is refused without a secret.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using polyarch::app::login_list;
  std::vector<std::string> lines;
  try {
    lines = polyarch::spec::parse_lines({reinterpret_cast<const char*>(data), size}, "LIST");
    const auto logins = login_list(lines);
    if (logins.size() > lines.size()) __builtin_trap();
    for (const auto& login : logins) {
      if (login.starts_with("- ")) __builtin_trap();
      if (login_list({login}) != std::vector{login}) __builtin_trap();
    }
  } catch (const polyarch::Error& error) {
    if (tells_password(error.message() + error.hint(), lines)) __builtin_trap();
  }
  return 0;
}
