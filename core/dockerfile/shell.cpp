#include "dockerfile/shell.hpp"

#include <algorithm>
#include <array>

#include "dockerfile/words.hpp"

namespace polyarch::dockerfile {
namespace {

constexpr int max_nesting = 4;

using Commands = std::vector<ShellCommand>;
void add_script(std::string_view script, int nesting, Commands& commands);

// Words that may stand before the program of a command.
bool is_prefix(std::string_view word) {
  static constexpr std::array<std::string_view, 18> prefixes{"if",    "then", "else", "elif",    "do",   "while",
                                                             "until", "!",    "{",    "}",       "time", "exec",
                                                             "sudo",  "env",  "nice", "command", "eval", "xargs"};
  if (std::ranges::find(prefixes, word) != prefixes.end()) return true;
  const auto equals = word.find('=');
  const auto is_name_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return equals != std::string_view::npos && std::ranges::all_of(word.substr(0, equals), is_name_char);
}

bool is_shell(std::string_view program) {
  const auto name = program.substr(program.rfind('/') + 1);
  return name == "sh" || name == "bash" || name == "ash" || name == "dash" || name == "zsh";
}

// The script of `sh -c script`, or null.
const std::string* script_of(const ShellCommand& command) {
  if (!is_shell(command.front())) return nullptr;
  for (std::size_t i = 1; i + 1 < command.size() && command[i].starts_with('-'); ++i) {
    if (!command[i].starts_with("--") && command[i].ends_with('c')) return &command[i + 1];
  }
  return nullptr;
}

void add_command(ShellCommand words, int nesting, Commands& commands) {
  words.erase(words.begin(), std::ranges::find_if_not(words, is_prefix));
  if (words.empty()) return;
  if (const auto* script = script_of(words)) {
    add_script(std::string(*script), nesting + 1, commands);
  } else {
    commands.push_back(std::move(words));
  }
}

// Splits a script into commands; what is quoted stays together.
class Splitter {
 public:
  Splitter(int nesting, Commands& commands) : nesting_(nesting), commands_(commands) {}

  void run(std::string_view script) {
    for (std::size_t at = 0; at < script.size(); ++at) {
      const char c = script[at];
      if (c == '\\' && quote_ != '\'') {
        if (++at < script.size() && script[at] != '\n') add(script[at]);
      } else if (quote_ != 0) {
        c == quote_ ? void(quote_ = 0) : add(c);
      } else if (c == '#' && !in_word_) {
        at = std::min(script.find('\n', at), script.size()) - 1;
      } else {
        plain(c);
      }
    }
    end_command();
  }

 private:
  void plain(char c) {
    if (c == '\'' || c == '"') {
      quote_ = c;
      in_word_ = true;
    } else if (c == ' ' || c == '\t') {
      end_word();
    } else if (std::string_view("\r\n;&|()`").find(c) != std::string_view::npos) {
      end_command();
    } else {
      add(c);
    }
  }
  void add(char c) {
    word_ += c;
    in_word_ = true;
  }
  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }
  void end_command() {
    end_word();
    add_command(std::move(words_), nesting_, commands_);
    words_.clear();
  }

  int nesting_;
  Commands& commands_;
  ShellCommand words_;
  std::string word_;
  bool in_word_ = false;
  char quote_ = 0;
};

void add_script(std::string_view script, int nesting, Commands& commands) {
  if (nesting <= max_nesting) Splitter(nesting, commands).run(script);
}

// A heredoc is a script when RUN gives it to a shell: as its whole command, or as a shell's standard input.
bool is_script(const Commands& commands) {
  return commands.empty() || (commands.size() == 1 && (commands[0][0].find("<<") != std::string::npos ||
                                                       (is_shell(commands[0][0]) && !script_of(commands[0]))));
}

}  // namespace

std::vector<ShellCommand> commands_of(const Instruction& run) {
  Commands commands;
  if (is_json_form(run.arguments)) {
    add_command(arguments_of(run.arguments, '\\'), 0, commands);
    return commands;
  }
  add_script(run.arguments, 0, commands);
  if (run.heredocs.empty() || !is_script(commands)) return commands;
  commands.clear();
  for (const auto& body : run.heredocs) add_script(body, 0, commands);
  return commands;
}

}  // namespace polyarch::dockerfile
