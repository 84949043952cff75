#pragma once
#include <compare>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace polyarch {

// A content digest, `algorithm:hex` (OCI image-spec, descriptor.md#digests). sha256 and sha512 only.
class Digest {
 public:
  Digest() = default;  // names nothing: str() is empty
  // Throws Error{input} on anything but a well-formed sha256 or sha512 digest.
  static Digest parse(std::string_view text);
  static bool valid(std::string_view text);
  static Digest sha256(std::string_view bytes);

  const std::string& str() const { return text_; }
  std::string_view algorithm() const { return std::string_view(text_).substr(0, text_.find(':')); }
  std::string_view hex() const { return std::string_view(text_).substr(text_.find(':') + 1); }
  // The first 12 hex digits, for people.
  std::string_view short_hex() const { return hex().substr(0, 12); }

  bool empty() const { return text_.empty(); }
  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// Hashes a stream. Not for use by several threads at once.
class Hasher {
 public:
  // `algorithm`: "sha256" or "sha512".
  explicit Hasher(std::string_view algorithm = "sha256");
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(std::string_view bytes);
  // Ends the stream; the hasher can only be destroyed afterwards.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polyarch
