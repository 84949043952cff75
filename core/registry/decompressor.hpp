#pragma once
#include <functional>
#include <memory>
#include <string_view>

namespace polyarch::registry {

// Turns the bytes of a layer into those of its tar archive, in constant memory. Safe against bombs by what its caller
// stops at: `out` may throw.
class Decompressor {
 public:
  virtual ~Decompressor() = default;
  // Throws Error{input} on a malformed stream.
  virtual void feed(std::string_view bytes, const std::function<void(std::string_view)>& out) = 0;

  // By the first bytes of a stream, at least 4 unless it is shorter: gzip, zstd, or none.
  static std::unique_ptr<Decompressor> for_magic(std::string_view start);
};

}  // namespace polyarch::registry
