#include "app/template_text.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr std::string_view blanks = " \t\r\n";  // what trim() takes, or no word would end

// A word of an expression; what stands in quotes is one, with its quotes.
std::string take_template_word(std::string_view& text, std::string_view whole) {
  text = text::trim(text);
  std::size_t end = 0;
  char quote = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (blanks.find(c) != std::string_view::npos) {
      break;
    }
  }
  if (quote != 0) {
    throw Error(ErrorKind::usage, fmt::format("'{}' opens a quote that is not closed", text::printable(whole)),
                "write the same quote at its end");
  }
  auto word = std::string(text.substr(0, end));
  text.remove_prefix(end);
  return word;
}

std::string unquoted(std::string_view word) {
  const bool quoted = word.size() > 1 && (word.front() == '\'' || word.front() == '"') && word.back() == word.front();
  return std::string(quoted ? word.substr(1, word.size() - 2) : word);
}

Expression parse_expression(std::string_view text, std::string_view whole) {
  Expression expression{.name = take_template_word(text, whole)};
  while (!(text = text::trim(text)).empty()) {
    const auto word = take_template_word(text, whole);
    const bool quoted = word.front() == '\'' || word.front() == '"';
    const auto option = quoted ? std::nullopt : text::cut(word, '=');
    if (option) {
      expression.options.emplace_back(std::string(option->first), unquoted(option->second));
    } else {
      expression.argument = unquoted(word);
    }
  }
  return expression;
}

// What stands before the next expression, and the expression. nullopt: none follows.
struct Piece {
  std::string_view before;
  std::optional<Expression> expression;
};

Piece take_piece(std::string_view& text, std::string_view whole) {
  const auto start = text.find("{{");
  Piece piece{text.substr(0, start), std::nullopt};
  if (start == std::string_view::npos) {
    text = {};
    return piece;
  }
  const auto end = text.find("}}", start);
  if (end == std::string_view::npos) {
    throw Error(ErrorKind::usage, fmt::format("'{}' opens an expression that is not closed", text::printable(whole)),
                "write }} at its end");
  }
  piece.expression = parse_expression(text.substr(start + 2, end - start - 2), whole);
  text.remove_prefix(end + 2);
  return piece;
}

}  // namespace

std::vector<Expression> expressions_of(std::string_view text) {
  std::vector<Expression> out;
  const auto whole = text;
  while (!text.empty()) {
    if (auto piece = take_piece(text, whole); piece.expression) out.push_back(*std::move(piece.expression));
  }
  return out;
}

std::string expand_template(std::string_view text,
                            const std::function<std::optional<std::string>(const Expression&)>& value_of) {
  std::string out;
  const auto whole = text;
  while (!text.empty()) {
    const auto piece = take_piece(text, whole);
    out += piece.before;
    if (!piece.expression) break;
    const auto value = value_of(*piece.expression);
    if (!value) {
      throw Error(ErrorKind::usage,
                  fmt::format("'{}': there is no expression '{}' here", text::printable(whole),
                              text::printable(piece.expression->name)),
                  "docs/tags.md has those that there are");
    }
    out += *value;
  }
  return out;
}

}  // namespace polyarch::app
