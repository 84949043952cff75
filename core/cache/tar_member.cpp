#include "cache/tar_member.hpp"

#include <array>
#include <cstring>
#include <fmt/core.h>

namespace polyarch::cache {
namespace {

constexpr std::size_t block = 512;
constexpr std::uint64_t largest_octal_size = 077777777777;  // 11 digits
constexpr std::uint32_t largest_octal_id = 07777777;

struct Ustar {
  std::array<char, 100> name;
  std::array<char, 8> mode, uid, gid;
  std::array<char, 12> size, mtime;
  std::array<char, 8> checksum;
  char type;
  std::array<char, 100> link;
  std::array<char, 6> magic;
  std::array<char, 2> version;
  std::array<char, 32> user, group;
  std::array<char, 8> major, minor;
  std::array<char, 155> prefix;
  std::array<char, 12> unused;
};
static_assert(sizeof(Ustar) == block);

template <std::size_t N>
void put_octal(std::array<char, N>& field, std::uint64_t value) {
  const auto text = fmt::format("{:0{}o}", value, N - 1);
  std::memcpy(field.data(), text.data(), N - 1);
}

template <std::size_t N>
void put_text(std::array<char, N>& field, std::string_view text) {
  text.copy(field.data(), N);
}

char type_flag(EntryType type) {
  constexpr std::string_view flags = "05213";  // in the order of EntryType
  return flags[static_cast<std::size_t>(type)];
}

std::string ustar(const Entry& entry, std::string_view name, char type, std::uint64_t size) {
  Ustar header{};
  put_text(header.name, name);
  put_octal(header.mode, entry.mode);
  put_octal(header.uid, std::min(entry.uid, largest_octal_id));
  put_octal(header.gid, std::min(entry.gid, largest_octal_id));
  put_octal(header.size, std::min(size, largest_octal_size));
  const auto seconds = entry.mtime / 1'000'000'000;
  put_octal(header.mtime, seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds) & largest_octal_size);
  header.type = type;
  put_text(header.link, entry.link);
  put_text(header.magic, std::string_view("ustar\0", 6));
  put_text(header.version, "00");
  if (type == '3') {
    put_octal(header.major, 0);
    put_octal(header.minor, 0);
  }
  header.checksum.fill(' ');
  unsigned sum = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(&header);
  for (std::size_t i = 0; i < block; ++i) sum += bytes[i];
  const auto text = fmt::format("{:06o}", sum);
  std::memcpy(header.checksum.data(), text.data(), 6);
  header.checksum[6] = '\0';
  return {reinterpret_cast<const char*>(&header), block};
}

// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
std::string record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto length = rest + fmt::formatted_size("{}", rest);
  if (rest + fmt::formatted_size("{}", length) != length) ++length;
  return fmt::format("{} {}={}\n", length, key, value);
}

std::string time_text(std::int64_t time) {
  auto seconds = time / 1'000'000'000;
  auto rest = time % 1'000'000'000;
  if (rest == 0) return fmt::format("{}", seconds);
  if (time < 0) return fmt::format("-{}.{:09}", -seconds, -rest);
  return fmt::format("{}.{:09}", seconds, rest);
}

std::string extended_records(const Entry& entry) {
  std::string records = record("mtime", time_text(entry.mtime));
  if (entry.path.size() > sizeof Ustar::name - 1) records += record("path", entry.path);
  if (entry.link.size() > sizeof Ustar::link - 1) records += record("linkpath", entry.link);
  if (entry.type == EntryType::file && entry.size > largest_octal_size) {
    records += record("size", fmt::format("{}", entry.size));
  }
  if (entry.uid > largest_octal_id) records += record("uid", fmt::format("{}", entry.uid));
  if (entry.gid > largest_octal_id) records += record("gid", fmt::format("{}", entry.gid));
  for (const auto& [name, value] : entry.xattrs) records += record("SCHILY.xattr." + name, value);
  return records;
}

}  // namespace

std::string tar_header(const Entry& entry) {
  const auto records = extended_records(entry);
  auto out = ustar(entry, "./PaxHeaders/" + entry.path.substr(0, 80), 'x', records.size());
  out += records;
  out.append(tar_padding(records.size()), '\0');
  const auto size = entry.type == EntryType::file ? entry.size : 0;
  return out + ustar(entry, entry.path.substr(0, sizeof Ustar::name - 1), type_flag(entry.type), size);
}

std::size_t tar_header_size(const Entry& entry) {
  const auto records = extended_records(entry).size();
  return block + records + tar_padding(records) + block;
}

std::size_t tar_padding(std::uint64_t size) {
  return static_cast<std::size_t>((block - size % block) % block);
}

}  // namespace polyarch::cache
