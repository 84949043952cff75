#include <gtest/gtest.h>

#include "binfmt/binfmt.hpp"

namespace polyarch::binfmt {
namespace {

using namespace std::string_literals;

constexpr const char* aarch64_text =
    "enabled\n"
    "interpreter /usr/bin/qemu-aarch64-static\n"
    "flags: POCF\n"
    "offset 0\n"
    "magic 7f454c460201010000000000000000000200b700\n"
    "mask ffffffffffffff00fffffffffffffffffeffffff\n";

const Architecture& architecture(std::string_view qemu) {
  for (const auto& each : architectures()) {
    if (each.qemu == qemu) return each;
  }
  throw Error(ErrorKind::usage, "no such architecture");
}

TEST(Entry, IsReadAsTheKernelShowsIt) {
  const auto entry = parse_entry("qemu-aarch64", aarch64_text);
  EXPECT_EQ(entry.name, "qemu-aarch64");
  EXPECT_TRUE(entry.enabled);
  EXPECT_EQ(entry.interpreter, "/usr/bin/qemu-aarch64-static");
  EXPECT_EQ(entry.flags, "POCF");
  EXPECT_TRUE(entry.fixed());
  EXPECT_EQ(entry.magic, architecture("aarch64").magic);
  EXPECT_EQ(entry.mask, architecture("aarch64").mask);
}

TEST(Entry, MayBeDisabledOrGoByExtension) {
  const auto entry = parse_entry("DOSWin", "disabled\ninterpreter /usr/bin/wine\nflags: \nextension .exe\n");
  EXPECT_FALSE(entry.enabled);
  EXPECT_FALSE(entry.fixed());
  EXPECT_EQ(entry.extension, "exe");
  EXPECT_FALSE(
      entry.takes("\x7f"
                  "ELF"));
}

TEST(Entry, MayHaveOffsetAndNoMask) {
  const auto entry =
      parse_entry("python3.11", "enabled\ninterpreter /usr/bin/python3.11\nflags: \noffset 2\nmagic 0d0a\n");
  EXPECT_EQ(entry.offset, 2U);
  EXPECT_TRUE(entry.takes("\xa7\r\r\n"s.insert(1, "\r")) == false);
  EXPECT_TRUE(entry.takes("\xa7\r\r\n"));
  EXPECT_FALSE(entry.takes("\xa7\r"));
}

TEST(Entry, ThatIsMalformedIsRefused) {
  const std::string good = "enabled\ninterpreter /q\nflags: F\noffset 0\n";
  const std::vector<std::string> bad{
      "",
      "enabled\n",
      good,
      good + "magic 7f4\n",
      good + "magic 7g\n",
      good + "magic 7F\n",
      good + "magic \n",
      good + "magic " + std::string(514, '0') + "\n",
      good + "magic 7f45\nmask ff\n",
      good + "magic 7f\nextension .exe\n",
      "enabled\ninterpreter /q\noffset 257\nmagic 7f\n",
      "enabled\ninterpreter /q\noffset -1\nmagic 7f\n",
      "enabled\ninterpreter /q\noffset 99999999999999999999\nmagic 7f\n",
      good + "magic 7f\n" + std::string(64 << 10, '\n'),
  };
  for (const auto& text : bad) {
    try {
      parse_entry("bad", text);
      ADD_FAILURE() << "taken: " << text.substr(0, 100);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::emulation);
      EXPECT_NE(error.message().find("'bad'"), std::string::npos);
    }
  }
}

TEST(Entry, TakesPositionIndependentProgramsToo) {
  auto program = std::string(architecture("aarch64").magic);
  program[16] = 3;
  EXPECT_TRUE(qemu_entry(architecture("aarch64"), "/q", "F").takes(program));
  auto big_endian = std::string(architecture("s390x").magic);
  big_endian[17] = 3;
  EXPECT_TRUE(qemu_entry(architecture("s390x"), "/q", "F").takes(big_endian));
}

TEST(RegisterLine, IsInTheSyntaxOfTheKernel) {
  EXPECT_EQ(register_line(parse_entry("qemu-aarch64", aarch64_text)),
            R"(:qemu-aarch64:M:0:\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00)"
            R"(:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff)"
            R"(:/usr/bin/qemu-aarch64-static:POCF)");
  EXPECT_EQ(register_line(parse_entry("DOSWin", "enabled\ninterpreter /usr/bin/wine\nextension .exe\n")),
            ":DOSWin:E::exe::/usr/bin/wine:");
}

TEST(RegisterLine, RefusesWhatTheKernelWouldMisread) {
  for (const auto& path : {""s, "/a:b"s, "/a b"s, "/a\nb"s, "/" + std::string(255, 'x')}) {
    EXPECT_THROW(register_line(qemu_entry(architecture("arm"), path, "F")), Error) << path;
  }
  auto entry = qemu_entry(architecture("arm"), "/q", "F");
  entry.name = "../status";
  EXPECT_THROW(register_line(entry), Error);
}

TEST(Flags, HoldArgv0OnlyWhereKernelAndQemuAgreeOnIt) {
  EXPECT_EQ(qemu_flags("8.2.2", "6.1.0-18-amd64"), "POCF");
  EXPECT_EQ(qemu_flags("10.0.2", "5.12.0"), "POCF");
  EXPECT_EQ(qemu_flags("8.2.2", "5.4.0-150-generic"), "OCF");
  EXPECT_EQ(qemu_flags("5.2.0", "6.1.0"), "OCF");
  EXPECT_EQ(qemu_flags("", "6.1.0"), "OCF");
}

}  // namespace
}  // namespace polyarch::binfmt
