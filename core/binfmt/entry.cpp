#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "binfmt/binfmt.hpp"

namespace polyarch::binfmt {
namespace {

// Limits of the kernel (fs/binfmt_misc.c): it shows an entry in one page, and looks at the first 256 bytes of a
// program.
constexpr std::size_t longest_entry = 64U << 10;
constexpr std::size_t longest_magic = 256;
constexpr std::size_t longest_path = 255;
constexpr std::size_t longest_line = 1919;

[[noreturn]] void refuse(std::string_view name, std::string_view problem) {
  throw Error(ErrorKind::emulation,
              fmt::format("binfmt_misc entry '{}' cannot be read: {}", text::printable(name.substr(0, 80)), problem));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string unhex(std::string_view name, std::string_view hex) {
  if (hex.size() % 2 != 0 || hex.size() > 2 * longest_magic) refuse(name, "magic or mask has a wrong length");
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) refuse(name, "magic or mask is not hexadecimal");
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::size_t to_offset(std::string_view name, std::string_view digits) {
  const auto offset = text::to_number(digits);
  if (!offset || *offset > longest_magic) refuse(name, "its offset is out of range");
  return *offset;
}

void read_line(Entry& entry, std::string_view line) {
  const auto value = [line](std::string_view key) { return text::trim(line.substr(key.size())); };
  if (line == "enabled") entry.enabled = true;
  if (line.starts_with("interpreter ")) entry.interpreter = value("interpreter ");
  if (line.starts_with("flags:")) entry.flags = value("flags:");
  if (line.starts_with("offset ")) entry.offset = to_offset(entry.name, value("offset "));
  if (line.starts_with("magic ")) entry.magic = unhex(entry.name, value("magic "));
  if (line.starts_with("mask ")) entry.mask = unhex(entry.name, value("mask "));
  if (line.starts_with("extension .")) entry.extension = value("extension .");
}

std::string escape(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return out;
}

bool plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

// "major.minor…" as a pair that compares; 0.0 when it is not that.
std::pair<std::uint64_t, std::uint64_t> major_minor(std::string_view version) {
  const auto number = [&version] {
    const auto digits = version.substr(0, version.find_first_not_of("0123456789"));
    version.remove_prefix(std::min(digits.size() + 1, version.size()));
    return text::to_number(digits).value_or(0);
  };
  const auto major = number();
  return {major, number()};
}

}  // namespace

bool Entry::takes(std::string_view program) const {
  if (magic.empty()) return false;
  for (std::size_t i = 0; i < magic.size(); ++i) {
    const char byte = offset + i < program.size() ? program[offset + i] : '\0';
    const char bits = i < mask.size() ? mask[i] : '\xff';
    if (((byte ^ magic[i]) & bits) != 0) return false;
  }
  return true;
}

Entry parse_entry(std::string_view name, std::string_view text) {
  if (text.size() > longest_entry) refuse(name, "it is too long");
  Entry entry;
  entry.name = name;
  for (const auto line : text::split(text, '\n')) read_line(entry, line);
  if (entry.interpreter.empty()) refuse(name, "it names no interpreter");
  if (entry.magic.empty() == entry.extension.empty()) refuse(name, "it has neither magic nor extension");
  if (!entry.mask.empty() && entry.mask.size() != entry.magic.size()) refuse(name, "magic and mask differ in length");
  return entry;
}

std::string register_line(const Entry& entry) {
  const auto rule = entry.extension.empty()
                        ? fmt::format("M:{}:{}:{}", entry.offset, escape(entry.magic), escape(entry.mask))
                        : fmt::format("E::{}:", entry.extension);
  const auto line = fmt::format(":{}:{}:{}:{}", entry.name, rule, entry.interpreter, entry.flags);
  const bool fits = entry.interpreter.size() <= longest_path && line.size() <= longest_line;
  if (!plain(entry.name) || entry.name.find('/') != std::string::npos || !plain(entry.interpreter) || !fits) {
    throw Error(
        ErrorKind::usage,
        fmt::format("'{}' cannot be registered as an emulator: the kernel takes no colon, no blank and at most {} "
                    "bytes in its path",
                    text::printable(entry.interpreter), longest_path),
        "move the emulator to a plain path such as /usr/bin");
  }
  return line;
}

Entry qemu_entry(const Architecture& architecture, const std::filesystem::path& interpreter, std::string flags) {
  Entry entry;
  entry.name = fmt::format("qemu-{}", architecture.qemu);
  entry.enabled = true;
  entry.interpreter = interpreter.string();
  entry.flags = std::move(flags);
  entry.magic = architecture.magic;
  entry.mask = architecture.mask;
  return entry;
}

std::string qemu_flags(std::string_view qemu_version, std::string_view kernel_release) {
  const bool tells_argv0 = major_minor(qemu_version) >= std::pair{6UL, 0UL};
  return tells_argv0 && major_minor(kernel_release) >= std::pair{5UL, 12UL} ? "POCF" : "OCF";
}

}  // namespace polyarch::binfmt
