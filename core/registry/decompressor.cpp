#include "registry/decompressor.hpp"

#include <string>
#include <vector>
#include <zlib.h>
#include <zstd.h>

#include "base/error.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t chunk = 128 << 10;
constexpr int gzip_window = 15 + 16;         // the largest window, in a gzip wrapper
constexpr int largest_zstd_window_log = 27;  // 128 MiB: what zstd itself decodes unasked

[[noreturn]] void fail_format(std::string_view format) {
  throw Error(ErrorKind::input, std::string("the layer is not valid ") + std::string(format),
              "the image is broken: build and push it again");
}

class Plain final : public Decompressor {
 public:
  void feed(std::string_view bytes, const std::function<void(std::string_view)>& out) override { out(bytes); }
};

class Gzip final : public Decompressor {
 public:
  Gzip() {
    if (inflateInit2(&stream_, gzip_window) != Z_OK) throw Error(ErrorKind::failed, "zlib refused to start");
  }
  ~Gzip() override { inflateEnd(&stream_); }

  void feed(std::string_view bytes, const std::function<void(std::string_view)>& out) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      if (ended_ && !next_member()) return;
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) fail_format("gzip");
      ended_ = status == Z_STREAM_END;
      out({buffer_.data(), buffer_.size() - stream_.avail_out});
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  }

 private:
  // Another member may follow (RFC 1952, 2.2); zeros after the last one are padding.
  bool next_member() {
    while (stream_.avail_in > 0 && *stream_.next_in == 0) {
      ++stream_.next_in;
      --stream_.avail_in;
    }
    if (stream_.avail_in == 0) return false;
    inflateReset(&stream_);
    ended_ = false;
    return true;
  }

  z_stream stream_{};
  bool ended_ = false;
  std::vector<char> buffer_ = std::vector<char>(chunk);
};

class Zstd final : public Decompressor {
 public:
  Zstd() {
    if (!stream_) throw Error(ErrorKind::failed, "zstd refused to start");
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, largest_zstd_window_log);
  }

  void feed(std::string_view bytes, const std::function<void(std::string_view)>& out) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    bool full = false;
    while (in.pos < in.size || full) {
      ZSTD_outBuffer produced{buffer_.data(), buffer_.size(), 0};
      const auto status = ZSTD_decompressStream(stream_.get(), &produced, &in);
      if (ZSTD_isError(status) != 0U) fail_format("zstd");
      full = produced.pos == produced.size;
      out({buffer_.data(), produced.pos});
    }
  }

 private:
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> stream_{ZSTD_createDCtx(), ZSTD_freeDCtx};
  std::vector<char> buffer_ = std::vector<char>(chunk);
};

}  // namespace

std::unique_ptr<Decompressor> Decompressor::for_magic(std::string_view start) {
  if (start.starts_with("\x1f\x8b")) return std::make_unique<Gzip>();
  if (start.starts_with("\x28\xb5\x2f\xfd")) return std::make_unique<Zstd>();
  return std::make_unique<Plain>();
}

}  // namespace polyarch::registry
