#include "registry/layers.hpp"

#include <fmt/core.h>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "registry/decompressor.hpp"
#include "registry/tar_reader.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t magic_size = 4;
constexpr std::uint64_t largest_layer = 256ULL << 30;  // unpacked: a stream that goes on is a bomb

// "./a//b" and "/a/b" are "a/b".
std::string normalised(std::string_view path) {
  std::vector<std::string> parts;
  for (const auto part : text::split(path, '/')) {
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  return text::join(parts, "/");
}

}  // namespace

struct FileExtractor::Impl {
  Impl(std::string_view wanted, std::uint64_t largest)
      : path(normalised(wanted)),
        max_bytes(largest),
        tar([this](const TarEntry& entry) { return enter(entry); }, [this](std::string_view bytes) { take(bytes); }) {}

  bool enter(const TarEntry& entry) {
    if (found() || !entry.regular || normalised(entry.path) != path) return false;
    if (entry.size > max_bytes) {
      throw Error(ErrorKind::input, fmt::format("{} in the layer is {} bytes long, more than the {} that are accepted",
                                                path, entry.size, max_bytes));
    }
    size = entry.size;
    return true;
  }

  void take(std::string_view bytes) { content += bytes; }

  void unpack(std::string_view bytes) {
    unpacked += bytes.size();
    if (unpacked > largest_layer) {
      throw Error(ErrorKind::input, fmt::format("the layer unpacks to more than {}", text::human_size(largest_layer)));
    }
    if (!found()) tar.feed(bytes);
  }

  bool found() const { return size && content.size() == *size; }

  std::string path;
  std::uint64_t max_bytes;
  TarReader tar;
  std::string start;  // the first bytes, until they tell the compression
  std::unique_ptr<Decompressor> decompressor;
  std::uint64_t unpacked = 0;
  std::optional<std::uint64_t> size;  // of the file, once its header was seen
  std::string content;
};

FileExtractor::FileExtractor(std::string path, std::uint64_t max_bytes)
    : impl_(std::make_unique<Impl>(path, max_bytes)) {}

FileExtractor::~FileExtractor() = default;

void FileExtractor::feed(std::string_view bytes) {
  if (found()) return;
  const auto out = [this](std::string_view part) { impl_->unpack(part); };
  if (impl_->decompressor) return impl_->decompressor->feed(bytes, out);
  impl_->start += bytes;
  if (impl_->start.size() < magic_size) return;
  impl_->decompressor = Decompressor::for_magic(impl_->start);
  impl_->decompressor->feed(std::exchange(impl_->start, {}), out);
}

bool FileExtractor::found() const {
  return impl_->found();
}

std::string FileExtractor::take() {
  return std::move(impl_->content);
}

}  // namespace polyarch::registry
