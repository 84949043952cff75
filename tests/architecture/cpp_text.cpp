#include "architecture/cpp_text.hpp"

#include <cctype>

#include "base/text.hpp"

namespace polyarch::architecture {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Of R"mark(…)mark"; npos when it is no raw literal.
std::size_t raw_text_begin(std::string_view code, std::size_t at) {
  if (!code.substr(at).starts_with("R\"") || (at > 0 && is_word(code[at - 1]))) return code.npos;
  const auto open = code.find('(', at);
  return open == code.npos ? open : open + 1;
}

std::size_t raw_text_end(std::string_view code, std::size_t at, std::size_t begin) {
  return code.find(")" + std::string(code.substr(at + 2, begin - at - 3)) + "\"", begin);
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      out += text[++i] == 'n' ? ' ' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::size_t end_of_literal(std::string_view code, std::size_t at) {
  if (const auto begin = raw_text_begin(code, at); begin != code.npos) {
    const auto end = raw_text_end(code, at, begin);
    return end == code.npos ? code.size() : code.find('"', end) + 1;
  }
  const char quote = code[at];
  if (quote != '"' && quote != '\'') return at;
  if (quote == '\'' && at > 0 && std::isdigit(static_cast<unsigned char>(code[at - 1])) != 0) return at;  // 1'000
  for (auto i = at + 1; i < code.size(); ++i) {
    if (code[i] == '\\') {
      ++i;
    } else if (code[i] == quote) {
      return i + 1;
    }
  }
  return code.size();
}

std::string without_comments(std::string_view code) {
  std::string out(code);
  for (std::size_t i = 0; i < out.size();) {
    if (const auto end = end_of_literal(code, i); end != i) {
      i = end;
    } else if (code.substr(i).starts_with("//")) {
      for (; i < out.size() && out[i] != '\n'; ++i) out[i] = ' ';
    } else {
      ++i;
    }
  }
  return out;
}

std::size_t find_outside(std::string_view code, char wanted, std::size_t from) {
  int depth = 0;
  for (auto i = from; i < code.size();) {
    if (const auto end = end_of_literal(code, i); end != i) {
      i = end;
      continue;
    }
    if (depth == 0 && code[i] == wanted) return i;
    if (std::string_view("([{").find(code[i]) != std::string_view::npos) ++depth;
    if (std::string_view(")]}").find(code[i]) != std::string_view::npos && --depth < 0) return code.npos;
    ++i;
  }
  return code.npos;
}

std::vector<std::string_view> split_outside(std::string_view code, char separator) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  for (auto at = find_outside(code, separator); at != code.npos; at = find_outside(code, separator, begin)) {
    out.push_back(text::trim(code.substr(begin, at - begin)));
    begin = at + 1;
  }
  out.push_back(text::trim(code.substr(begin)));
  return out;
}

std::optional<Call> call_at(std::string_view code, std::size_t open) {
  auto begin = open;
  while (begin > 0 && is_word(code[begin - 1])) --begin;
  const auto close = find_outside(code, ')', open + 1);
  if (begin == open || close == code.npos) return std::nullopt;
  return Call{begin, close + 1, code.substr(begin, open - begin),
              split_outside(code.substr(open + 1, close - open - 1), ',')};
}

std::optional<std::string> literal_text(std::string_view code) {
  std::string out;
  code = text::trim(code);
  if (code.empty()) return std::nullopt;
  while (!code.empty()) {
    const auto end = end_of_literal(code, 0);
    if (end == 0 || code.front() == '\'') return std::nullopt;
    if (const auto begin = raw_text_begin(code, 0); begin != code.npos) {
      out += code.substr(begin, raw_text_end(code, 0, begin) - begin);
    } else {
      out += unescaped(code.substr(1, end - 2));
    }
    code = text::trim(code.substr(end));
  }
  return out;
}

}  // namespace polyarch::architecture
