#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dockerfile/dockerfile.hpp"
#include "dockerfile/instruction.hpp"
#include "dockerfile/source.hpp"
#include "dockerfile/words.hpp"

namespace polyarch::dockerfile {
namespace {

constexpr std::size_t max_bytes = 4U << 20;
constexpr std::size_t max_instructions = 10'000;

constexpr std::array<std::string_view, 18> known_instructions{
    "ADD",   "ARG",        "CMD",     "COPY", "ENTRYPOINT", "ENV",        "EXPOSE", "FROM",   "HEALTHCHECK",
    "LABEL", "MAINTAINER", "ONBUILD", "RUN",  "SHELL",      "STOPSIGNAL", "USER",   "VOLUME", "WORKDIR"};

std::string excerpt(std::string_view text) {
  return text::printable(text.substr(0, 40));
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

bool takes_heredocs(const Instruction& instruction) {
  return instruction.name == "RUN" || instruction.name == "COPY" || instruction.name == "ADD";
}

void read_heredocs(Source& source, Instruction& instruction, char escape) {
  auto target = instruction;
  if (instruction.name == "ONBUILD") target = split_instruction(instruction.arguments, escape);
  if (!takes_heredocs(target) || is_json_form(target.arguments)) return;
  for (const auto& start : heredoc_starts(target.arguments)) {
    auto body = source.heredoc_body(start.name, start.strip_tabs);
    if (!body) {
      source.fail(instruction.first_line, fmt::format("the heredoc '{}' is never closed", excerpt(start.name)),
                  fmt::format("put '{}' on a line of its own after the text", excerpt(start.name)));
    }
    instruction.heredocs.push_back(*std::move(body));
  }
}

std::optional<Instruction> next_instruction(Source& source) {
  const auto line = source.next_instruction();
  if (!line) return std::nullopt;
  auto instruction = split_instruction(*line, source.escape());
  instruction.first_line = source.first_line();
  if (std::ranges::find(known_instructions, instruction.name) == known_instructions.end()) {
    source.fail(instruction.first_line, fmt::format("unknown instruction '{}'", excerpt(instruction.name)),
                "correct it, or end the line before with the escape character if it belongs to that line");
  }
  read_heredocs(source, instruction, source.escape());
  instruction.last_line = source.line();
  return instruction;
}

bool valid_stage_name(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_allowed = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_allowed);
}

Stage start_stage(const Source& source, Instruction from) {
  const auto words = split_at_blanks(from.arguments);
  const bool named = words.size() == 3 && text::lower(words[1]) == "as";
  if (words.size() != 1 && !named) {
    source.fail(from.first_line, "FROM takes an image, or an image, AS and a name", "write 'FROM image AS name'");
  }
  Stage stage;
  stage.base = words[0];
  stage.platform = flag_value(from.flags, "--platform");
  if (named) stage.name = text::lower(words[2]);
  if (named && !valid_stage_name(stage.name)) {
    source.fail(from.first_line, fmt::format("'{}' cannot name a stage", excerpt(words[2])),
                "begin with a letter; letters, digits, '-', '_' and '.' may follow");
  }
  stage.from = std::move(from);
  return stage;
}

void check_bytes(std::string_view text, std::string_view filename) {
  if (text.size() > max_bytes) {
    throw Error(ErrorKind::input,
                fmt::format("{}: {} bytes, more than the {} of a Dockerfile", filename, text.size(), max_bytes),
                "check that this is the Dockerfile that you mean");
  }
  const auto nul = text.find('\0');
  if (nul == std::string_view::npos) return;
  const auto line = 1 + std::ranges::count(text.substr(0, nul), '\n');
  throw Error(ErrorKind::input, fmt::format("{}:{}: a NUL byte", filename, line), "save the file as UTF-8 text");
}

}  // namespace

Instruction split_instruction(std::string_view line, char escape) {
  line = text::trim(line);
  const auto end = std::min(line.find_first_of(" \t\v\f\r"), line.size());
  Instruction instruction;
  instruction.name = upper(line.substr(0, end));
  auto rest = line.substr(end);
  instruction.flags = take_flags(rest, escape);
  instruction.arguments = rest;
  return instruction;
}

std::optional<std::string> find_syntax(std::string_view text) {
  try {
    return Source(text.substr(0, max_bytes), "").syntax();
  } catch (const Error&) {
    return std::nullopt;  // parse() says what is wrong with the directives
  }
}

Dockerfile parse(std::string_view text, std::string_view filename) {
  check_bytes(text, filename);
  Source source(text, filename);
  Dockerfile file;
  file.escape = source.escape();
  std::size_t count = 0;
  while (auto instruction = next_instruction(source)) {
    const auto line = instruction->first_line;
    if (++count > max_instructions) source.fail(line, fmt::format("more than {} instructions", max_instructions));
    if (instruction->name == "FROM") {
      file.stages.push_back(start_stage(source, *std::move(instruction)));
    } else if (!file.stages.empty()) {
      file.stages.back().instructions.push_back(*std::move(instruction));
    } else if (instruction->name == "ARG") {
      file.global.push_back(*std::move(instruction));
    } else {
      source.fail(line, fmt::format("{} stands before the first FROM", instruction->name), "only ARG may stand there");
    }
  }
  if (file.stages.empty()) source.fail(std::max(source.line(), 1), "no FROM: there is no stage to build");
  return file;
}

std::size_t find_stage(const Dockerfile& file, std::string_view target) {
  if (target.empty()) return file.stages.size() - 1;
  const auto wanted = text::lower(target);
  std::vector<std::string> names;
  for (auto i = file.stages.size(); i-- > 0;) {
    if (file.stages[i].name == wanted) return i;
    if (!file.stages[i].name.empty()) names.insert(names.begin(), file.stages[i].name);
  }
  const auto choices = names.empty() ? "the Dockerfile names no stage" : "its stages are: " + text::join(names, ", ");
  throw Error(ErrorKind::usage, fmt::format("the Dockerfile has no stage '{}'", excerpt(target)), choices);
}

}  // namespace polyarch::dockerfile
