#include "base/digest.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <utility>

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
  std::string algorithm;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Hasher::Hasher(std::string_view algorithm) : state_(std::make_unique<State>()) {
  state_->algorithm = algorithm;
  const EVP_MD* type = algorithm == "sha512" ? EVP_sha512() : EVP_sha256();
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), type, nullptr) != 1) {
    throw Error(ErrorKind::failed, "the crypto library refused to start a digest");
  }
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) {
    throw Error(ErrorKind::failed, "the crypto library failed to hash");
  }
}

Digest Hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), sum.data(), &size) != 1) {
    throw Error(ErrorKind::failed, "the crypto library failed to finish a digest");
  }
  return Digest::parse(state_->algorithm + ":" + to_hex(sum.data(), size));
}

}  // namespace polyarch
