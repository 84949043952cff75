#include "architecture/advice.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>
#include <map>
#include <regex>
#include <set>

#include "architecture/cpp_text.hpp"
#include "base/text.hpp"

namespace polyarch::architecture {
namespace {

constexpr const char* unknown = "…";

struct Code {
  std::string path;
  std::string text;

  std::string where(std::size_t at) const {
    return fmt::format("{}:{}", path,
                       1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  }
  std::string room() const { return path.substr(0, path.find('/', sizeof "core/" - 1)); }
};

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
                              std::string_view::npos;
}

bool has_letters(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return std::isalpha(c) != 0; });
}

// What fmt::format fills in is unknown; a doubled brace is one.
std::string without_placeholders(const std::string& format) {
  static const std::regex field(R"(\{\{|\}\}|\{[^{}]*\})");
  std::string out;
  auto rest = format.cbegin();
  for (std::sregex_iterator match(format.begin(), format.end(), field), end; match != end; ++match) {
    out.append(rest, format.cbegin() + match->position());
    out += match->str() == "{{" ? "{" : match->str() == "}}" ? "}" : unknown;
    rest = format.cbegin() + match->position() + match->length();
  }
  return out.append(rest, format.cend());
}

class Reader {
 public:
  explicit Reader(const std::vector<SourceFile>& files) {
    for (const auto& file : files) {
      if (file.path.starts_with("core/")) codes_.push_back({file.path, without_comments(file.content)});
    }
    for (const auto& code : codes_) {
      each_call(code, [&](const Call& call) { note_parameter(code, call); });
    }
  }

  AllAdvice read() {
    for (const auto& code : codes_) {
      each_call(code, [&](const Call& call) { read_call(code, call); });
      read_members(code, ".hint = ");
      read_members(code, ".cure = ");
      read_constants(code);
    }
    return std::move(out_);
  }

 private:
  template <class Visit>
  static void each_call(const Code& code, Visit visit) {
    const std::string_view text = code.text;
    for (std::size_t i = 0; i < text.size();) {
      if (const auto end = end_of_literal(text, i); end != i) {
        i = end;
        continue;
      }
      if (text[i] == '(') {
        if (const auto call = call_at(text, i)) visit(*call);
      }
      ++i;
    }
  }

  static bool is_hint_parameter(std::string_view argument) {
    static const std::regex parameter(R"((const )?std::string(_view)?&? hint( = \{\})?)");
    return std::regex_match(argument.begin(), argument.end(), parameter);
  }

  // What a header declares is known in its room, the exception everywhere, anything else in its file.
  void note_parameter(const Code& code, const Call& call) {
    const auto found = std::ranges::find_if(call.arguments, is_hint_parameter);
    if (found == call.arguments.end()) return;
    const auto scope = call.name == "Error" ? "" : code.path.ends_with(".hpp") ? code.room() : code.path;
    positions_[{scope, std::string(call.name)}] = static_cast<std::size_t>(found - call.arguments.begin());
  }

  void read_call(const Code& code, const Call& call) {
    auto known = positions_.end();
    for (const auto& scope : {std::string(), code.room(), code.path}) {
      if (known == positions_.end()) known = positions_.find({scope, std::string(call.name)});
    }
    if (known == positions_.end() || call.arguments.size() <= known->second) return;
    const auto hint = call.arguments[known->second];
    if (is_hint_parameter(hint)) return;
    static const std::string_view prefix = "ErrorKind::";
    std::string kind;
    if (call.arguments[0].starts_with(prefix)) kind = call.arguments[0].substr(prefix.size());
    const auto messages = texts(code, call.begin, call.arguments[known->second - 1]);
    add(code, call.begin, kind, messages, hint);
  }

  // {.message = …, .hint = …}
  void read_members(const Code& code, std::string_view name) {
    const std::string_view text = code.text;
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
      if (is_word(text.substr(at - 1, 1))) continue;
      const auto begin = text.rfind("{.", at);
      std::vector<std::string> messages;
      for (const auto& member : split_outside(text.substr(begin + 1, at - begin - 1), ',')) {
        if (member.starts_with(".message =")) messages = texts(code, at, member.substr(sizeof ".message =" - 1));
      }
      const auto value = text.substr(at + name.size());
      add(code, at, "", messages, value.substr(0, std::min(find_outside(value, ','), find_outside(value, '}'))));
    }
  }

  // some_cure = "…";
  void read_constants(const Code& code) {
    static const std::regex constant(R"(const(expr)? [\w:*& ]+_(hint|cure) =)");
    const auto& text = code.text;
    for (std::sregex_iterator match(text.begin(), text.end(), constant), end; match != end; ++match) {
      const auto value = static_cast<std::size_t>(match->position() + match->length());
      add(code, value, "", {}, std::string_view(text).substr(value, find_outside(text, ';', value) - value));
    }
  }

  void add(const Code& code, std::size_t at, const std::string& kind, std::vector<std::string> messages,
           std::string_view hint) {
    const auto hints = texts(code, at, hint);
    if (messages.empty()) messages.emplace_back();
    if (hints.empty() && !is_handed_on(hint)) {
      out_.unread.push_back(fmt::format("{}: where does this hint come from? {}", code.where(at), hint));
    }
    for (const auto& message : messages) {
      for (const auto& each : hints) {
        if (has_letters(each)) out_.advice.push_back({code.where(at), kind, message, each});
      }
    }
  }

  // What somebody else has said; the help of an option stands in the reference.
  static bool is_handed_on(std::string_view hint) {
    static const std::regex handed_on(
        R"((std::(move|string)\()?((\w+(\.|->|\(\)\.))?hint(\(\))?|option\.help)\)?|\{\})");
    return std::regex_match(hint.begin(), hint.end(), handed_on);
  }

  // What an expression at `at` may say; nothing when it cannot be told.
  std::vector<std::string> texts(const Code& code, std::size_t at, std::string_view expression) const {
    expression = text::trim(expression);
    if (const auto literal = literal_text(expression)) return {std::string(text::trim(*literal))};
    if (find_outside(expression, '?') != expression.npos) return either(code, at, expression);
    if (const auto parts = split_outside(expression, '+'); parts.size() > 1) return {joined(code, at, parts)};
    if (is_word(expression)) return of_variable(code, at, expression);
    const auto open = expression.find('(');
    const auto call = open == expression.npos ? std::nullopt : call_at(expression, open);
    if (!call || call->end != expression.size()) return {};
    if (expression.starts_with("std::")) return texts(code, at, call->arguments[0]);
    if (call->name == "format") return filled_in(texts(code, at, call->arguments[0]));
    return of_function(code, call->name);
  }

  // a ? b : c; the colons of a name in b are no end of it.
  std::vector<std::string> either(const Code& code, std::size_t at, std::string_view whole) const {
    const auto condition = find_outside(whole, '?');
    auto colon = find_outside(whole, ':', condition);
    while (colon != whole.npos && whole.substr(colon).starts_with("::")) colon = find_outside(whole, ':', colon + 2);
    auto out = texts(code, at, whole.substr(condition + 1, colon - condition - 1));
    std::ranges::copy(texts(code, at, whole.substr(colon + 1)), std::back_inserter(out));
    return out;
  }

  std::string joined(const Code& code, std::size_t at, const std::vector<std::string_view>& parts) const {
    std::string out;
    for (const auto& part : parts) {
      const auto literal = literal_text(part);
      const auto told = literal ? std::vector{*literal} : texts(code, at, part);
      out += told.size() == 1 ? told.front() : unknown;
    }
    return out;
  }

  static std::vector<std::string> filled_in(std::vector<std::string> formats) {
    for (auto& format : formats) format = without_placeholders(format);
    return formats;
  }

  // The nearest definition before it in the same file.
  std::vector<std::string> of_variable(const Code& code, std::size_t at, std::string_view name) const {
    const auto definition = fmt::format(" {} =", name);
    const auto found = code.text.rfind(definition, at);
    if (found == std::string::npos) return {};
    const auto value = found + definition.size();
    return texts(code, found, std::string_view(code.text).substr(value, find_outside(code.text, ';', value) - value));
  }

  // All that it returns.
  std::vector<std::string> of_function(const Code& from, std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& code : codes_) {
      if (code.room() != from.room()) continue;
      each_call(code, [&](const Call& call) {
        const auto body = code.text.find_first_not_of(" \n", call.end);
        if (call.name != name || body == std::string::npos || code.text[body] != '{') return;
        const auto end = find_outside(code.text, '}', body + 1);
        for (auto at = code.text.find("return ", body); at < end; at = code.text.find("return ", at + 1)) {
          const auto value = at + sizeof "return " - 1;
          const auto length = code.text.find(';', value) - value;
          std::ranges::copy(texts(code, at, std::string_view(code.text).substr(value, length)),
                            std::back_inserter(out));
        }
      });
    }
    return out;
  }

  std::vector<Code> codes_;
  std::map<std::pair<std::string, std::string>, std::size_t> positions_;  // of the hint, by scope and function
  AllAdvice out_;
};

// Unknown values side by side are one to the reader.
std::string cell(std::string text) {
  while (text.find("……") != std::string::npos) text = text::replace_all(text, "……", unknown);
  return text::replace_all(text, "|", "\\|");
}

}  // namespace

AllAdvice read_advice(const std::vector<SourceFile>& files) {
  return Reader(files).read();
}

std::string row_of(const Advice& advice) {
  const auto message = text::replace_all(cell(advice.message), "`", "'");
  auto hint = cell(advice.hint);
  for (const auto* special : {"*", "<"}) hint = text::replace_all(hint, special, std::string("\\") + special);
  const auto end = fmt::format(" | {} |", hint);
  return advice.message.empty() ? end : fmt::format("| `{}`{}", message, end);
}

}  // namespace polyarch::architecture
