#include "dockerfile/words.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::dockerfile {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r' || c == '\n';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The end of the word at the front of `line`. In single quotes nothing is escaped.
std::size_t word_end(std::string_view line, char escape) {
  char quote = 0;
  std::size_t at = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (quote == 0 && is_blank(c)) break;
    if (c == escape && quote != '\'') {
      ++at;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    }
  }
  return std::min(at, line.size());
}

std::string without_quotes(std::string_view word, char escape) {
  std::string out;
  char quote = 0;
  for (std::size_t at = 0; at < word.size(); ++at) {
    const char c = word[at];
    if (c == escape && quote != '\'') {
      if (++at < word.size()) out += word[at];
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      out += c;
    }
  }
  return out;
}

bool quotes_closed(std::string_view line) {
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '\\' && quote != '\'') {
      ++at;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    }
  }
  return quote == 0;
}

// True for "<<" alone, which takes the next word for its name.
bool lacks_name(std::string_view word) {
  while (!word.empty() && is_digit(word.front())) word.remove_prefix(1);
  return word == "<<";
}

// "<<EOF", "3<<-'EOF'".
std::optional<HeredocStart> as_heredoc(std::string_view word) {
  while (!word.empty() && is_digit(word.front())) word.remove_prefix(1);
  if (!word.starts_with("<<")) return std::nullopt;
  word.remove_prefix(2);
  HeredocStart start;
  start.strip_tabs = word.starts_with('-');
  if (start.strip_tabs) word.remove_prefix(1);
  if (word.find('<') != std::string_view::npos) return std::nullopt;
  start.name = without_quotes(word, '\\');
  if (start.name.empty()) return std::nullopt;
  return start;
}

std::optional<std::vector<std::string>> json_words(std::string_view line) {
  if (!text::trim(line).starts_with('[')) return std::nullopt;
  try {
    const auto list = parse_json(line, "argument list");
    if (std::ranges::all_of(list, [](const Json& item) { return item.is_string(); })) {
      return list.get<std::vector<std::string>>();
    }
  } catch (const Error&) {
    // Not JSON: then it is a shell command that begins with a bracket.
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> split_at_blanks(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) return words;
    const auto end = std::ranges::find_if(line, is_blank);
    words.emplace_back(line.begin(), end);
    line.remove_prefix(words.back().size());
  }
}

std::vector<std::string> raw_words(std::string_view line, char escape) {
  std::vector<std::string> words;
  while (true) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) return words;
    const auto end = word_end(line, escape);
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::vector<std::string> take_flags(std::string_view& line, char escape) {
  std::vector<std::string> flags;
  line = text::trim(line);
  while (line.starts_with("--")) {
    const auto end = word_end(line, escape);
    auto flag = without_quotes(line.substr(0, end), escape);
    line = text::trim(line.substr(end));
    if (flag == "--") break;
    flags.push_back(std::move(flag));
  }
  return flags;
}

std::string flag_value(const std::vector<std::string>& flags, std::string_view name) {
  std::string value;
  for (const auto& flag : flags) {
    const auto parts = text::cut(flag, '=');
    if (parts && parts->first == name) value = parts->second;
  }
  return value;
}

bool is_json_form(std::string_view line) {
  return json_words(line).has_value();
}

std::vector<std::string> arguments_of(std::string_view line, char escape) {
  if (auto words = json_words(line)) return *std::move(words);
  auto words = raw_words(line, escape);
  for (auto& word : words) word = without_quotes(word, escape);
  return words;
}

std::vector<HeredocStart> heredoc_starts(std::string_view line) {
  if (line.find("<<") == std::string_view::npos || !quotes_closed(line)) return {};
  const auto words = raw_words(line, '\\');
  std::vector<HeredocStart> starts;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool two_words = lacks_name(words[i]) && i + 1 < words.size();
    auto start = as_heredoc(two_words ? words[i] + words[i + 1] : words[i]);
    if (two_words) ++i;
    if (start) starts.push_back(*std::move(start));
  }
  return starts;
}

}  // namespace polyarch::dockerfile
