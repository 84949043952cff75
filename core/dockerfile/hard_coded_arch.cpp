#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "dockerfile/rules.hpp"
#include "dockerfile/words.hpp"

namespace polyarch::dockerfile {
namespace {

struct Spelling {
  std::string_view text;
  std::string_view architecture;
};

constexpr std::array<Spelling, 12> spellings{{{"amd64", "amd64"},
                                              {"x86_64", "amd64"},
                                              {"x86-64", "amd64"},
                                              {"x64", "amd64"},
                                              {"arm64", "arm64"},
                                              {"aarch64", "arm64"},
                                              {"armhf", "arm"},
                                              {"armv7", "arm"},
                                              {"armv7l", "arm"},
                                              {"ppc64le", "ppc64le"},
                                              {"riscv64", "riscv64"},
                                              {"s390x", "s390x"}}};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whether `part` stands in `text` with no letter or digit on either side.
bool stands_in(std::string_view text, std::string_view part) {
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    const auto end = at + part.size();
    if ((at == 0 || !is_word_char(text[at - 1])) && (end == text.size() || !is_word_char(text[end]))) return true;
  }
  return false;
}

std::set<std::string_view> architectures_in(std::string_view text) {
  std::set<std::string_view> found;
  for (const auto& spelling : spellings) {
    if (stands_in(text, spelling.text)) found.insert(spelling.architecture);
  }
  return found;
}

// An instruction that asks which architecture it runs on, or chooses, is none of our business.
bool chooses(std::string_view script) {
  static constexpr std::array<std::string_view, 11> signs{
      "TARGET", "uname", "print-architecture", "print-arch", "$ARCH", "${ARCH", "$(arch)", "`arch`",
      "if ",    "case ", "dpkg-architecture"};
  return std::ranges::any_of(signs, [&](auto sign) { return script.find(sign) != std::string_view::npos; });
}

// ${ARCH:-amd64} is a default, not a decision: "…" stands in for it.
std::string without_substitutions(std::string_view text) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "${") ++depth;
    if (depth == 0) out += text[i];
    if (depth > 0 && text[i] == '}' && --depth == 0) out += "…";
  }
  return out;
}

bool is_file_name(std::string_view word) {
  static constexpr std::array<std::string_view, 11> endings{
      ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".tar.zst", ".zip", ".deb", ".rpm", ".apk", ".run", ".AppImage"};
  return std::ranges::any_of(endings, [&](auto ending) { return word.ends_with(ending); });
}

// The last part of a URL or path, without a variable that it is assigned to, or a query, which may hold a secret.
std::string file_name(std::string_view word) {
  word = word.substr(word.substr(0, word.find(':')).rfind('=') + 1);
  word = word.substr(0, word.find_first_of("?#"));
  while (word.ends_with('/')) word.remove_suffix(1);
  return text::printable(word.substr(word.rfind('/') + 1).substr(0, 80));
}

struct HardCoded {
  std::string name;
  std::string_view architecture;
};

std::optional<HardCoded> find_hard_coded(const Instruction& instruction, char escape) {
  std::string script = instruction.arguments;
  for (const auto& body : instruction.heredocs) script += "\n" + body;
  if (chooses(script)) return std::nullopt;
  const auto plain = without_substitutions(script);
  const auto architectures = architectures_in(plain);
  if (architectures.size() != 1) return std::nullopt;
  for (const auto& word : arguments_of(plain, escape)) {
    const bool download = word.find("://") != std::string::npos || is_file_name(word);
    if (download && !architectures_in(word).empty()) return HardCoded{file_name(word), *architectures.begin()};
  }
  return std::nullopt;
}

void check_arch(const Examined& examined, std::size_t index, std::vector<Finding>& findings) {
  const auto platforms = platforms_running(examined, index);
  for (const auto& instruction : examined.file.stages[index].instructions) {
    if (instruction.name != "RUN" && instruction.name != "ADD") continue;
    const auto found = find_hard_coded(instruction, examined.file.escape);
    if (!found) continue;
    auto others = platforms;
    std::erase_if(others, [&](const oci::Platform& platform) { return platform.architecture == found->architecture; });
    if (others.empty()) continue;
    findings.push_back(
        {.rule = "hard-coded-arch",
         .line = instruction.first_line,
         .message =
             fmt::format("'{}' is for {}, but {} gets it too", found->name, found->architecture, list_of(others)),
         .cure =
             "declare ARG TARGETARCH in the stage and let it choose the file (where the project spells architectures "
             "differently, with a case)"});
  }
}

}  // namespace

void find_hard_coded_architectures(const Examined& examined, std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < examined.file.stages.size(); ++i) check_arch(examined, i, findings);
}

}  // namespace polyarch::dockerfile
