#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// As much of C++ as it takes to find calls and the texts in them.
namespace polyarch::architecture {

// The same text with spaces for comments.
std::string without_comments(std::string_view code);

// Past the literal that begins at `at`; `at` itself when none does.
std::size_t end_of_literal(std::string_view code, std::size_t at);

struct Call {
  std::size_t begin;  // of its name
  std::size_t end;    // past its closing parenthesis
  std::string_view name;
  std::vector<std::string_view> arguments;
};

// The call or declaration whose parenthesis opens at `open`; nothing when it has no name or never closes.
std::optional<Call> call_at(std::string_view code, std::size_t open);

// Where `wanted` stands outside of brackets and literals, from `from` on; npos: nowhere.
std::size_t find_outside(std::string_view code, char wanted, std::size_t from = 0);
std::vector<std::string_view> split_outside(std::string_view code, char separator);

// What adjoining literals say together; nothing when `code` is anything else.
std::optional<std::string> literal_text(std::string_view code);

}  // namespace polyarch::architecture
