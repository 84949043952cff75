#include <array>
#include <cstdint>
#include <fmt/core.h>
#include <initializer_list>

#include "binfmt/binfmt.hpp"

namespace polyarch::binfmt {
namespace {

constexpr std::uint32_t load_address = 0x400000;
constexpr std::size_t code_offset = 0x90;  // behind the headers and the answer

// Writes numbers in the byte order and word size that an ELF identification names.
class Writer {
 public:
  explicit Writer(std::string_view identification) : wide_(identification[4] == 2), big_(identification[5] == 2) {}

  bool wide() const { return wide_; }
  Writer& half(std::uint64_t value) { return put(value, 2); }
  Writer& word(std::uint64_t value) { return put(value, 4); }
  Writer& address(std::uint64_t value) { return put(value, wide_ ? 8 : 4); }
  std::string take() { return std::move(out_); }

 private:
  Writer& put(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) out_ += static_cast<char>(value >> 8 * (big_ ? bytes - 1 - i : i));
    return *this;
  }

  bool wide_;
  bool big_;
  std::string out_;
};

// write(1, answer, length); exit(0): in the instructions of each architecture. The answer lies right behind the
// headers, at 0x400078, or at 0x400054 in a 32-bit program.
struct Code {
  std::string_view architecture;
  std::uint32_t flags;                                // e_flags
  std::initializer_list<std::uint32_t> instructions;  // of fixed-width architectures
  std::string_view bytes;                             // of the others
};

using namespace std::string_view_literals;

constexpr std::initializer_list<std::uint32_t> arm64_code{
    0xd2800020,  // mov  x0, #1
    0xd2800f01,  // mov  x1, #0x78
    0xf2a00801,  // movk x1, #0x40, lsl #16
    0xd28001e2,  // mov  x2, #15
    0xd2800808,  // mov  x8, #64
    0xd4000001,  // svc  #0
    0xd2800000,  // mov  x0, #0
    0xd2800ba8,  // mov  x8, #93
    0xd4000001,  // svc  #0
};
constexpr std::initializer_list<std::uint32_t> arm_code{
    0xe3a00001,  // mov r0, #1
    0xe3a01501,  // mov r1, #0x400000
    0xe2811054,  // add r1, r1, #0x54
    0xe3a0200d,  // mov r2, #13
    0xe3a07004,  // mov r7, #4
    0xef000000,  // svc #0
    0xe3a00000,  // mov r0, #0
    0xe3a07001,  // mov r7, #1
    0xef000000,  // svc #0
};
constexpr std::initializer_list<std::uint32_t> riscv64_code{
    0x00100513,  // li   a0, 1
    0x004005b7,  // lui  a1, 0x400
    0x07858593,  // addi a1, a1, 0x78
    0x01100613,  // li   a2, 17
    0x04000893,  // li   a7, 64
    0x00000073,  // ecall
    0x00000513,  // li   a0, 0
    0x05d00893,  // li   a7, 93
    0x00000073,  // ecall
};
constexpr std::initializer_list<std::uint32_t> ppc64le_code{
    0x38000004,  // li  r0, 4
    0x38600001,  // li  r3, 1
    0x3c800040,  // lis r4, 0x40
    0x60840078,  // ori r4, r4, 0x78
    0x38a00011,  // li  r5, 17
    0x44000002,  // sc
    0x38000001,  // li  r0, 1
    0x38600000,  // li  r3, 0
    0x44000002,  // sc
};
constexpr std::initializer_list<std::uint32_t> mips64le_code{
    0x24021389,  // li  v0, 5001
    0x24040001,  // li  a0, 1
    0x3c050040,  // lui a1, 0x40
    0x34a50078,  // ori a1, a1, 0x78
    0x24060012,  // li  a2, 18
    0x0000000c,  // syscall
    0x240213c2,  // li  v0, 5058
    0x24040000,  // li  a0, 0
    0x0000000c,  // syscall
};
constexpr std::initializer_list<std::uint32_t> mips64_code{
    0x24021389,  // li  v0, 5001
    0x24040001,  // li  a0, 1
    0x3c050040,  // lui a1, 0x40
    0x34a50078,  // ori a1, a1, 0x78
    0x24060010,  // li  a2, 16
    0x0000000c,  // syscall
    0x240213c2,  // li  v0, 5058
    0x24040000,  // li  a0, 0
    0x0000000c,  // syscall
};
constexpr std::initializer_list<std::uint32_t> loong64_code{
    0x03800404,  // ori     a0, zero, 1
    0x14008005,  // lu12i.w a1, 0x400
    0x0381e0a5,  // ori     a1, a1, 0x78
    0x03804406,  // ori     a2, zero, 17
    0x0381000b,  // ori     a7, zero, 64
    0x002b0000,  // syscall 0
    0x03800004,  // ori     a0, zero, 0
    0x0381740b,  // ori     a7, zero, 93
    0x002b0000,  // syscall 0
};
constexpr std::string_view s390x_code =
    "\xa7\x29\x00\x01"          // lghi  %r2, 1
    "\xc0\x3f\x00\x40\x00\x78"  // llilf %r3, 0x400078
    "\xa7\x49\x00\x0f"          // lghi  %r4, 15
    "\x0a\x04"                  // svc   4
    "\xa7\x29\x00\x00"          // lghi  %r2, 0
    "\x0a\x01"sv;               // svc   1
constexpr std::string_view amd64_code =
    "\xb8\x01\x00\x00\x00"  // mov eax, 1
    "\xbf\x01\x00\x00\x00"  // mov edi, 1
    "\xbe\x78\x00\x40\x00"  // mov esi, 0x400078
    "\xba\x0f\x00\x00\x00"  // mov edx, 15
    "\x0f\x05"              // syscall
    "\xb8\x3c\x00\x00\x00"  // mov eax, 60
    "\x31\xff"              // xor edi, edi
    "\x0f\x05"sv;           // syscall
constexpr std::string_view i386_code =
    "\xb8\x04\x00\x00\x00"  // mov eax, 4
    "\xbb\x01\x00\x00\x00"  // mov ebx, 1
    "\xb9\x54\x00\x40\x00"  // mov ecx, 0x400054
    "\xba\x0d\x00\x00\x00"  // mov edx, 13
    "\xcd\x80"              // int 0x80
    "\xb8\x01\x00\x00\x00"  // mov eax, 1
    "\x31\xdb"              // xor ebx, ebx
    "\xcd\x80"sv;           // int 0x80

constexpr std::uint32_t arm_eabi5 = 0x05000000, ppc_elf_v2 = 2, mips_64r2 = 0x80000000, loongarch_lp64 = 3;

constexpr std::array codes{
    Code{"amd64", 0, {}, amd64_code},           Code{"arm64", 0, arm64_code, {}},
    Code{"arm", arm_eabi5, arm_code, {}},       Code{"386", 0, {}, i386_code},
    Code{"riscv64", 0, riscv64_code, {}},       Code{"ppc64le", ppc_elf_v2, ppc64le_code, {}},
    Code{"s390x", 0, {}, s390x_code},           Code{"mips64le", mips_64r2, mips64le_code, {}},
    Code{"mips64", mips_64r2, mips64_code, {}}, Code{"loong64", loongarch_lp64, loong64_code, {}},
};

std::string machine_code(const Code& code, Writer writer) {
  for (const auto instruction : code.instructions) writer.word(instruction);
  return writer.take().append(code.bytes);
}

// What follows magic in the file header, and the one program header: everything is loaded, to be read and executed.
std::string headers(Writer writer, std::uint32_t flags, std::size_t file_size) {
  const bool wide = writer.wide();
  const unsigned file_header = wide ? 64 : 52, program_header = wide ? 56 : 32, section_header = wide ? 64 : 40;
  constexpr unsigned load = 1, read_execute = 5, alignment = 0x10000;
  writer.word(1).address(load_address + code_offset).address(file_header).address(0).word(flags);
  writer.half(file_header).half(program_header).half(1).half(section_header).half(0).half(0);
  writer.word(load);
  if (wide) writer.word(read_execute);
  writer.address(0).address(load_address).address(load_address).address(file_size).address(file_size);
  if (!wide) writer.word(read_execute);
  return writer.address(alignment).take();
}

const Code* find_code(std::string_view architecture) {
  for (const auto& code : codes) {
    if (code.architecture == architecture) return &code;
  }
  return nullptr;
}

}  // namespace

std::string probe_answer(const oci::Platform& platform) {
  return fmt::format("polyarch:{}\n", platform.architecture);
}

std::string probe_program(const oci::Platform& platform) {
  const auto architecture = find_architecture(platform);
  const auto* const code = find_code(platform.architecture);
  if (!architecture || code == nullptr) {
    throw Error(ErrorKind::usage, fmt::format("there is no emulator for {}", platform.str()),
                "build it on a node that runs it natively");
  }
  const Writer writer(architecture->magic);
  const auto instructions = machine_code(*code, writer);
  auto program = std::string(architecture->magic);
  program += headers(writer, code->flags, code_offset + instructions.size());
  program += probe_answer(platform);
  program.resize(code_offset);
  return program + instructions;
}

}  // namespace polyarch::binfmt
