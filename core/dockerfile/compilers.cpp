#include "dockerfile/compilers.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace polyarch::dockerfile {
namespace {

constexpr std::string_view go_cure =
    "set GOOS=$TARGETOS GOARCH=$TARGETARCH (with cgo, also CC to a cross compiler; else CGO_ENABLED=0)";
constexpr std::string_view rust_cure = "add the target with rustup and pass --target, with a linker for it";
constexpr std::string_view c_cure = "use a cross compiler for $TARGETARCH (CC, --host, or a CMake toolchain file)";
constexpr std::string_view dotnet_cure = "pass -a $TARGETARCH";
constexpr std::string_view portable_cure = "its output is the same for every platform, and is then built once";

// Programs that are called with a verb.
struct Verbs {
  std::string_view program;
  std::vector<std::string_view> verbs;
  Output output;
  std::string_view cure;
};

const std::vector<Verbs>& verb_table() {
  static const std::vector<Verbs> table{
      {"go", {"build", "install"}, Output::native, go_cure},
      {"cargo", {"build", "install", "rustc", "chef"}, Output::native, rust_cure},
      {"dotnet", {"build", "publish"}, Output::native, dotnet_cure},
      {"meson", {"compile", "setup"}, Output::native, c_cure},
      {"npm", {"run build"}, Output::portable, portable_cure},
      {"yarn", {"build", "run build"}, Output::portable, portable_cure},
      {"pnpm", {"build", "run build"}, Output::portable, portable_cure},
      {"mvn", {"package", "install", "verify"}, Output::portable, portable_cure},
      {"mvnw", {"package", "install", "verify"}, Output::portable, portable_cure},
      {"gradle", {"build", "assemble", "jar", "war", "bootJar", "shadowJar"}, Output::portable, portable_cure},
      {"gradlew", {"build", "assemble", "jar", "war", "bootJar", "shadowJar"}, Output::portable, portable_cure},
  };
  return table;
}

// The words after the program that are neither flags nor variables ("-j4", "CC=cc").
std::vector<std::string_view> operands_of(const ShellCommand& command) {
  std::vector<std::string_view> operands;
  for (auto word = command.begin() + 1; word != command.end(); ++word) {
    if (!word->starts_with('-') && word->find('=') == std::string::npos) operands.push_back(*word);
  }
  return operands;
}

bool has(const ShellCommand& command, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](auto word) { return std::ranges::find(command, word) != command.end(); });
}

std::optional<Compile> by_verb(std::string_view program, const ShellCommand& command) {
  const auto entry = std::ranges::find(verb_table(), program, &Verbs::program);
  if (entry == verb_table().end()) return std::nullopt;
  const auto operands = operands_of(command);
  for (const auto verb : entry->verbs) {
    const bool two_words = verb.find(' ') != std::string_view::npos;
    const auto first = operands.empty() ? std::string() : std::string(operands[0]);
    const auto given = two_words && operands.size() > 1 ? first + " " + std::string(operands[1]) : first;
    // Maven and Gradle take several goals.
    const bool among =
        entry->cure == portable_cure && !two_words && std::ranges::find(operands, verb) != operands.end();
    if (given == verb || among)
      return Compile{std::string(program) + " " + std::string(verb), entry->output, entry->cure};
  }
  return std::nullopt;
}

bool is_make_build(const ShellCommand& command) {
  static constexpr std::array<std::string_view, 4> no_build{"install", "clean", "distclean", "help"};
  if (has(command, {"-v", "--version", "-n", "--help"})) return false;
  const auto operands = operands_of(command);
  return operands.empty() || std::ranges::any_of(operands, [](auto target) {
           return std::ranges::find(no_build, target) == no_build.end();
         });
}

bool is_c_compiler(std::string_view program) {
  static constexpr std::array<std::string_view, 7> names{"gcc", "g++", "cc", "c++", "clang", "clang++", "rustc"};
  return std::ranges::find(names, program) != names.end();
}

bool names_source(const ShellCommand& command) {
  static constexpr std::array<std::string_view, 8> endings{".c", ".cc", ".cpp", ".cxx", ".o", ".a", ".S", ".rs"};
  return std::ranges::any_of(command, [](const std::string& word) {
    return std::ranges::any_of(endings, [&](auto ending) { return word.ends_with(ending); });
  });
}

// Programs that are called with files, targets or nothing.
bool is_native_build(std::string_view program, const ShellCommand& command) {
  if (program == "make" || program == "gmake") return is_make_build(command);
  if (program == "cmake") return command.size() > 1 && !has(command, {"--version", "--install", "--help", "-E"});
  if (program == "ninja") return !has(command, {"--version", "-h", "install"});
  if (program == "configure") return command.front() != "configure";
  return is_c_compiler(program) && names_source(command);
}

}  // namespace

std::optional<Compile> as_compile(const ShellCommand& command) {
  const std::string_view path = command.front();
  const auto program = path.substr(path.rfind('/') + 1);
  if (auto compile = by_verb(program, command)) return compile;
  if (!is_native_build(program, command)) return std::nullopt;
  return Compile{std::string(program), Output::native, program == "rustc" ? rust_cure : c_cure};
}

}  // namespace polyarch::dockerfile
