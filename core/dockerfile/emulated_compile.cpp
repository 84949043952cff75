#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/text.hpp"
#include "dockerfile/compilers.hpp"
#include "dockerfile/rules.hpp"
#include "dockerfile/words.hpp"

namespace polyarch::dockerfile {
namespace {

// Whether a copy takes built files alone, none that may be tied to a platform as node_modules is.
bool copies_only_output(const Instruction& copy, char escape) {
  static constexpr std::array<std::string_view, 7> folders{"dist", "build", "out", "public", "static", "www", "html"};
  static constexpr std::array<std::string_view, 4> endings{".jar", ".war", ".css", ".js"};
  auto words = arguments_of(copy.arguments, escape);
  if (words.size() < 2) return false;
  words.pop_back();
  return std::ranges::all_of(words, [&](std::string_view path) {
    if (path.ends_with("/*")) path.remove_suffix(2);
    while (path.ends_with('/')) path.remove_suffix(1);
    const auto name = path.substr(path.rfind('/') + 1);
    return std::ranges::find(folders, name) != folders.end() ||
           std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); });
  });
}

// Whether all that other stages take from this one is output that any platform can use.
bool gives_only_output(const Examined& examined, std::size_t stage) {
  const auto& file = examined.file;
  bool given = false;
  for (std::size_t other = 0; other < file.stages.size(); ++other) {
    for (const auto& facts : examined.facts) {
      if (facts[other].base == stage) return false;
    }
    for (const auto& instruction : file.stages[other].instructions) {
      const auto from = flag_value(instruction.flags, "--from");
      const bool named = !file.stages[stage].name.empty() && text::lower(from) == file.stages[stage].name;
      if (instruction.name != "COPY" || (!named && from != std::to_string(stage))) continue;
      if (!copies_only_output(instruction, file.escape)) return false;
      given = true;
    }
  }
  return given && stage != examined.target;
}

// Whether the stage, or one built on it, is the image that is published.
bool is_published(const Examined& examined, std::size_t stage) {
  return std::ranges::any_of(examined.facts, [&](const std::vector<StageFacts>& facts) {
    for (std::optional<std::size_t> at = examined.target; at; at = facts[*at].base) {
      if (*at == stage) return true;
    }
    return false;
  });
}

Finding describe(const Examined& examined, std::size_t stage, const Instruction& run, const Compile& compile,
                 const std::vector<oci::Platform>& emulated) {
  const auto* stage_cure =
      is_published(examined, stage)
          ? "move it to a stage of its own with FROM --platform=$BUILDPLATFORM, COPY --from that stage"
          : "start the stage with FROM --platform=$BUILDPLATFORM";
  return {.rule = "emulated-compile",
          .line = run.first_line,
          .message = fmt::format("'{}' in {} runs under emulation for {}", compile.name,
                                 stage_label(examined.file.stages[stage]), list_of(emulated)),
          .cure = fmt::format("{}{}: {}", stage_cure, compile.output == Output::native ? ", and cross-compile" : "",
                              compile.cure)};
}

void check_compile(const Examined& examined, std::size_t index, std::vector<Finding>& findings) {
  auto emulated = platforms_running(examined, index);
  std::erase_if(emulated, [&](const auto& platform) { return !is_emulated(platform, examined.build_platform); });
  if (emulated.empty()) return;
  for (const auto& instruction : examined.file.stages[index].instructions) {
    if (instruction.name != "RUN") continue;
    for (const auto& command : commands_of(instruction)) {
      const auto compile = as_compile(command);
      if (!compile || (compile->output == Output::portable && !gives_only_output(examined, index))) continue;
      findings.push_back(describe(examined, index, instruction, *compile, emulated));
      return;
    }
  }
}

}  // namespace

void find_emulated_compiles(const Examined& examined, std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < examined.file.stages.size(); ++i) check_compile(examined, i, findings);
}

}  // namespace polyarch::dockerfile
