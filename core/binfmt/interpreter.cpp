#include <array>
#include <cstdint>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/text.hpp"
#include "binfmt/binfmt.hpp"
#include "sys/descriptor.hpp"

namespace polyarch::binfmt {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t head_size = 4096;

std::string read_head(const std::filesystem::path& path) {
  const sys::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string head(head_size, '\0');
  const auto got = file ? ::read(file.get(), head.data(), head.size()) : -1;
  head.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return head;
}

// Reads numbers of an ELF file; what lies outside is nullopt.
struct Reader {
  std::string_view bytes;
  bool big;

  std::optional<std::uint64_t> number(std::uint64_t at, unsigned size) const {
    if (at > bytes.size() || bytes.size() - at < size) return std::nullopt;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      const auto byte = static_cast<unsigned char>(bytes[at + (big ? i : size - 1 - i)]);
      value = value << 8 | byte;
    }
    return value;
  }
};

}  // namespace

bool statically_linked(std::string_view head) {
  constexpr std::uint64_t interpreter_segment = 3;  // PT_INTERP
  if (head.size() < 52 || !head.starts_with("\x7f"
                                            "ELF"))
    return false;
  const bool wide = head[4] == 2;
  const Reader reader{head, head[5] == 2};
  const auto program_headers = reader.number(wide ? 32 : 28, wide ? 8 : 4);
  const auto entry_size = reader.number(wide ? 54 : 42, 2);
  const auto count = reader.number(wide ? 56 : 44, 2);
  if (!program_headers || *program_headers > head_size || !entry_size || !count || *count == 0) return false;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto type = reader.number(*program_headers + i * *entry_size, 4);
    if (!type || *type == interpreter_segment) return false;
  }
  return true;
}

std::optional<std::filesystem::path> local_interpreter(const Architecture& architecture) {
  for (const auto* const pattern : {"qemu-{}-static", "qemu-{}"}) {
    const auto found = sys::find_program(fmt::format(fmt::runtime(pattern), architecture.qemu));
    if (!found) continue;
    std::error_code ignored;
    auto path = std::filesystem::canonical(*found, ignored);
    if (statically_linked(read_head(path))) return path;
  }
  return std::nullopt;
}

std::string parse_qemu_version(std::string_view text) {
  constexpr std::string_view marker = " version ";
  const auto line = text.substr(0, text.find('\n'));
  const auto at = line.find(marker);
  if (!line.starts_with("qemu-") || at == std::string_view::npos) return {};
  const auto version = line.substr(at + marker.size());
  return std::string(version.substr(0, version.find_first_not_of("0123456789.")));
}

std::string interpreter_version(const std::filesystem::path& interpreter, sys::Runner& runner) {
  sys::Command command;
  command.argv = {interpreter.string(), "--version"};
  command.deadline = 10s;
  const auto result = runner.run(command);
  return result.ok() ? parse_qemu_version(result.out) : std::string();
}

}  // namespace polyarch::binfmt
