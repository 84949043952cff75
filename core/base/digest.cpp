// EVP would register every algorithm that the library knows before the first hash: a third of what a short command
// does.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <openssl/sha.h>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch {
namespace {

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string to_hex(const unsigned char* bytes, std::size_t size) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(size * 2);
  for (std::size_t i = 0; i < size; ++i) {
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

}  // namespace

bool Digest::valid(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto algorithm = text.substr(0, colon);
  const auto hex = text.substr(colon + 1);
  const std::size_t length = algorithm == "sha256" ? 64 : algorithm == "sha512" ? 128 : 0;
  return length != 0 && hex.size() == length && is_lower_hex(hex);
}

Digest Digest::parse(std::string_view text) {
  if (!valid(text)) {
    throw Error(ErrorKind::input,
                fmt::format("not a sha256 or sha512 digest: '{}'", text::printable(text.substr(0, 160))));
  }
  return Digest(std::string(text));
}

Digest Digest::sha256(std::string_view bytes) {
  Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

struct Hasher::State {
  std::variant<SHA256_CTX, SHA512_CTX> context;
};

Hasher::Hasher(std::string_view algorithm) : state_(std::make_unique<State>()) {
  if (algorithm == "sha512") {
    SHA512_Init(&state_->context.emplace<SHA512_CTX>());
  } else {
    SHA256_Init(&state_->context.emplace<SHA256_CTX>());
  }
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::string_view bytes) {
  if (auto* sha256 = std::get_if<SHA256_CTX>(&state_->context)) {
    SHA256_Update(sha256, bytes.data(), bytes.size());
  } else {
    SHA512_Update(std::get_if<SHA512_CTX>(&state_->context), bytes.data(), bytes.size());
  }
}

Digest Hasher::finish() {
  std::array<unsigned char, SHA512_DIGEST_LENGTH> sum{};
  if (auto* sha256 = std::get_if<SHA256_CTX>(&state_->context)) {
    SHA256_Final(sum.data(), sha256);
    return Digest::parse("sha256:" + to_hex(sum.data(), SHA256_DIGEST_LENGTH));
  }
  SHA512_Final(sum.data(), std::get_if<SHA512_CTX>(&state_->context));
  return Digest::parse("sha512:" + to_hex(sum.data(), SHA512_DIGEST_LENGTH));
}

}  // namespace polyarch
