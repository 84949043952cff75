#include "registry/tar_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t block_size = 512;
constexpr std::uint64_t longest_extension = 1 << 20;

[[noreturn]] void fail_tar(std::string_view problem) {
  throw Error(ErrorKind::input, "the layer is not a valid tar archive: " + std::string(problem),
              "the image is broken: build and push it again");
}

std::string_view field(std::string_view block, std::size_t offset, std::size_t length) {
  const auto bytes = block.substr(offset, length);
  return bytes.substr(0, bytes.find('\0'));
}

// Octal digits, or, with the first bit set, a big-endian number.
std::uint64_t number(std::string_view block, std::size_t offset, std::size_t length) {
  const auto bytes = block.substr(offset, length);
  std::uint64_t value = 0;
  if ((bytes[0] & 0x80) != 0) {
    for (std::size_t i = 0; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(i == 0 ? bytes[i] & 0x7f : bytes[i]);
      if (value >> 55 != 0) fail_tar("a size is too large");
      value = value << 8 | byte;
    }
    return value;
  }
  for (const char c : text::trim(field(block, offset, length))) {
    if (c < '0' || c > '7') fail_tar("a number is not octal");
    if (value >> 60 != 0) fail_tar("a size is too large");
    value = value << 3 | static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

bool checksum_fits(std::string_view block) {
  const auto sum = [&](auto as) {
    std::int64_t total = 8 * ' ';
    for (std::size_t i = 0; i < block_size; ++i) total += i < 148 || i >= 156 ? decltype(as)(block[i]) : 0;
    return total;
  };
  // Old archivers summed signed bytes.
  const auto stored = static_cast<std::int64_t>(number(block, 148, 8));
  return stored == sum(static_cast<unsigned char>(0)) || stored == sum(static_cast<signed char>(0));
}

bool is_zero(std::string_view block) {
  return std::ranges::all_of(block, [](char c) { return c == '\0'; });
}

std::string path_in(std::string_view block) {
  const std::string name(field(block, 0, 100));
  const bool posix = block.substr(257, 6) == std::string_view("ustar\0", 6);
  const auto prefix = posix ? field(block, 345, 155) : std::string_view();
  return prefix.empty() ? name : std::string(prefix) + "/" + name;
}

// One "length key=value\n" record from the front of `records` (pax).
std::optional<std::pair<std::string_view, std::string_view>> take_record(std::string_view& records) {
  const auto space = records.find(' ');
  const auto length = text::to_number(records.substr(0, space));
  if (space == std::string_view::npos || !length || *length > records.size() || *length < space + 2)
    return std::nullopt;
  const auto record = records.substr(space + 1, *length - space - 2);
  records.remove_prefix(*length);
  return text::cut(record, '=');
}

bool is_regular(char type) {
  return type == '0' || type == '\0' || type == '7';
}
// Links, devices and directories have no content, whatever their size field says.
bool has_content(char type) {
  return type < '1' || type > '6';
}

}  // namespace

void TarReader::feed(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::end) {
    if (left_ > 0) {
      const auto part = bytes.substr(0, left_);
      left_ -= part.size();
      bytes.remove_prefix(part.size());
      take_content(part);
      if (left_ == 0) finish_content();
    } else if (padding_ > 0) {
      const auto part = std::min<std::uint64_t>(padding_, bytes.size());
      padding_ -= part;
      bytes.remove_prefix(part);
    } else {
      const auto part = bytes.substr(0, block_size - block_.size());
      block_ += part;
      bytes.remove_prefix(part.size());
      if (block_.size() == block_size) read_header();
    }
  }
}

void TarReader::read_header() {
  const auto block = std::exchange(block_, {});
  if (is_zero(block)) {
    state_ = State::end;
    return;
  }
  if (!checksum_fits(block)) fail_tar("a header's checksum is wrong");
  const char type = block[156];
  auto size = has_content(type) ? number(block, 124, 12) : 0;
  if (type == 'L' || type == 'x') {
    if (size > longest_extension) fail_tar("a long name or a pax header is over 1 MiB");
    state_ = type == 'L' ? State::name : State::extensions;
    text_.clear();
  } else if (type == 'K' || type == 'g') {
    state_ = State::unwanted;
  } else {
    if (next_path_.empty()) next_path_ = path_in(block);
    if (!next_size_.empty() && has_content(type)) {
      const auto stated = text::to_number(next_size_);
      if (!stated || *stated >> 60 != 0) fail_tar("a pax size is no number");
      size = *stated;
    }
    start_member(type, size);
  }
  left_ = size;
  padding_ = (block_size - size % block_size) % block_size;
  if (left_ == 0) finish_content();
}

void TarReader::start_member(char type, std::uint64_t size) {
  if (type == 'S') fail_tar("it holds a sparse file in GNU's old format");
  const TarEntry entry{std::exchange(next_path_, {}), size, is_regular(type)};
  next_size_.clear();
  state_ = enter_(entry) ? State::wanted : State::unwanted;
}

void TarReader::take_content(std::string_view bytes) {
  if (state_ == State::wanted) data_(bytes);
  if (state_ == State::name || state_ == State::extensions) text_ += bytes;
}

void TarReader::finish_content() {
  if (state_ == State::name) next_path_ = text_.substr(0, text_.find('\0'));
  if (state_ == State::extensions) apply_extensions();
  state_ = State::header;
}

void TarReader::apply_extensions() {
  std::string_view records = text_;
  while (!records.empty()) {
    const auto record = take_record(records);
    if (!record) fail_tar("a pax record is malformed");
    if (record->first == "path") next_path_ = record->second;
    if (record->first == "size") next_size_ = record->second;
  }
}

}  // namespace polyarch::registry
