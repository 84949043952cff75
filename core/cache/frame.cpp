#include "cache/frame.hpp"

#include <fmt/core.h>
#include <memory>
#include <zstd.h>

#include "base/error.hpp"

namespace polyarch::cache {

std::string compress_frame(std::string_view raw, int level) {
  thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) throw Error(ErrorKind::failed, "zstd refused to start");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  const auto most = ZSTD_compressBound(raw.size());
  const auto out = std::make_unique_for_overwrite<char[]>(most);  // pages that nothing is written to take no memory
  const auto size = ZSTD_compress2(context.get(), out.get(), most, raw.data(), raw.size());
  if (ZSTD_isError(size) != 0U) throw Error(ErrorKind::failed, fmt::format("zstd: {}", ZSTD_getErrorName(size)));
  return {out.get(), size};
}

std::optional<std::uint64_t> frame_content_size(std::string_view bytes) {
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
  return size;
}

std::string decompress_frame(std::string_view bytes, std::uint64_t raw_size, std::string_view what) {
  const auto refuse = [&](std::string_view problem) {
    throw Error(ErrorKind::input, fmt::format("{} is broken: {}", what, problem));
  };
  if (frame_content_size(bytes) != raw_size) refuse("its size is another");
  if (ZSTD_findFrameCompressedSize(bytes.data(), bytes.size()) != bytes.size()) refuse("it is no single zstd frame");
  thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) throw Error(ErrorKind::failed, "zstd refused to start");
  std::string out(raw_size, '\0');
  const auto size = ZSTD_decompressDCtx(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0U) refuse(ZSTD_getErrorName(size));
  if (size != raw_size) refuse("its size is another");
  return out;
}

}  // namespace polyarch::cache
