#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <sys/utsname.h>

#include "binfmt/binfmt.hpp"

namespace polyarch::binfmt {
namespace {

// The first 20 bytes of an ELF file: identification, type, machine (elf.h).
using Header = std::array<char, 20>;
constexpr char bits32 = 1, bits64 = 2;
constexpr char little = 1, big = 2;

constexpr void put(Header& header, std::size_t at, unsigned value, char order) {
  header[at] = static_cast<char>(order == little ? value : value >> 8);
  header[at + 1] = static_cast<char>(order == little ? value >> 8 : value);
}

template <char bits, char order, unsigned machine>
constexpr Header magic = [] {
  Header header{'\x7f', 'E', 'L', 'F', bits, order, 1};
  put(header, 16, 2, order);
  put(header, 18, machine, order);
  return header;
}();

// Every byte counts but those given: the ABI's name and version differ between toolchains, and a position-independent
// program has type 3 instead of 2.
template <char order, unsigned abi, unsigned abi_version = 0xff, unsigned machine = 0xffff, unsigned order_mask = 0xff>
constexpr Header mask = [] {
  Header header{};
  header.fill('\xff');
  header[5] = static_cast<char>(order_mask);
  header[6] = static_cast<char>(order_mask);
  header[7] = static_cast<char>(abi);
  header[8] = static_cast<char>(abi_version);
  put(header, 16, 0xfffe, order);
  put(header, 18, machine, order);
  return header;
}();

constexpr std::string_view view(const Header& header) {
  return {header.data(), header.size()};
}

// Magic and mask as QEMU registers them.
constexpr std::array table{
    Architecture{"amd64", "x86_64", view(magic<bits64, little, 62>), view(mask<little, 0, 0xff, 0xffff, 0xfe>)},
    Architecture{"arm64", "aarch64", view(magic<bits64, little, 183>), view(mask<little, 0>)},
    Architecture{"arm", "arm", view(magic<bits32, little, 40>), view(mask<little, 0>)},
    Architecture{"386", "i386", view(magic<bits32, little, 3>), view(mask<little, 0, 0xff, 0xffff, 0xfe>)},
    Architecture{"riscv64", "riscv64", view(magic<bits64, little, 243>), view(mask<little, 0>)},
    Architecture{"ppc64le", "ppc64le", view(magic<bits64, little, 21>), view(mask<little, 0xfc, 0xff, 0xff>)},
    Architecture{"s390x", "s390x", view(magic<bits64, big, 22>), view(mask<big, 0xfc>)},
    Architecture{"mips64le", "mips64el", view(magic<bits64, little, 8>), view(mask<little, 0, 0xfe>)},
    Architecture{"mips64", "mips64", view(magic<bits64, big, 8>), view(mask<big, 0, 0xfe>)},
    Architecture{"loong64", "loongarch64", view(magic<bits64, little, 258>), view(mask<little, 0xfc, 0>)},
};

// What uname(2) says, where it is not the name that platforms go by.
std::string platform_of(std::string_view machine) {
  if (machine.starts_with("armv8")) return "linux/arm/v7";  // a 32-bit process on a 64-bit kernel
  if (machine.starts_with("armv")) return fmt::format("linux/arm/v{}", machine.substr(4, 1));
  if (machine.size() == 4 && machine[0] == 'i' && machine.ends_with("86")) return "linux/386";
  if (machine == "loongarch64") return "linux/loong64";
  return fmt::format("linux/{}", machine);
}

}  // namespace

std::span<const Architecture> architectures() {
  return table;
}

std::optional<Architecture> find_architecture(const oci::Platform& platform) {
  if (platform.os != "linux") return std::nullopt;
  const auto* const found = std::ranges::find(table, platform.architecture, &Architecture::architecture);
  return found == table.end() ? std::nullopt : std::optional(*found);
}

oci::Platform native_platform() {
  utsname name{};
  uname(&name);
  return oci::Platform::parse(platform_of(name.machine));
}

}  // namespace polyarch::binfmt
