#include "server/htpasswd.hpp"

#include <algorithm>
#include <crypt.h>
#include <fmt/core.h>
#include <memory>
#include <openssl/crypto.h>
#include <random>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::server {
namespace {

constexpr std::size_t bcrypt_length = 60;
constexpr std::uint64_t max_cost = 16;  // seconds a password; each step doubles it
constexpr std::size_t max_header = 4096;

// "$2y$05$", 22 characters of salt and 31 of hash (crypt(5)).
bool is_bcrypt(std::string_view hash) {
  const auto in_alphabet = [](char c) {
    return c == '.' || c == '/' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  if (hash.size() != bcrypt_length || hash[6] != '$') return false;
  const auto form = hash.substr(0, 4);
  const auto cost = text::to_number(hash.substr(4, 2));
  return (form == "$2y$" || form == "$2b$" || form == "$2a$") && cost && *cost >= 4 && *cost <= max_cost &&
         std::ranges::all_of(hash.substr(7), in_alphabet);
}

std::string why_not(std::string_view hash) {
  if (hash.starts_with("$2")) return fmt::format("has a malformed bcrypt hash, or one of a cost above {}", max_cost);
  if (hash.starts_with("$apr1$")) return "has an MD5 hash";
  if (hash.starts_with("{SHA}")) return "has a SHA-1 hash";
  return "has no bcrypt hash";
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool matches(const std::string& password, const std::string& hash) {
  const auto memory = std::make_unique<crypt_data>();
  const char* computed = ::crypt_r(password.c_str(), hash.c_str(), memory.get());
  const bool equal = computed != nullptr && same(computed, hash);
  OPENSSL_cleanse(memory.get(), sizeof *memory);
  return equal;
}

struct Pair {
  std::string user;
  std::string password;
};

std::optional<Pair> parse_basic(std::string_view authorization) {
  const auto parts = text::cut(authorization, ' ');
  if (!parts || authorization.size() > max_header || text::lower(parts->first) != "basic") return std::nullopt;
  const auto decoded = text::base64_decode(text::trim(parts->second));
  const auto pair = decoded ? text::cut(*decoded, ':') : std::nullopt;
  // crypt(3) would read a password to its first null byte only.
  if (!pair || decoded->find('\0') != decoded->npos) return std::nullopt;
  return Pair{std::string(pair->first), std::string(pair->second)};
}

}  // namespace

Htpasswd::Htpasswd() : known_(std::make_shared<Known>()) {
  std::random_device random;
  for (int i = 0; i < 8; ++i) key_ += std::to_string(random()) + " ";
}

Htpasswd Htpasswd::parse(std::string_view text, std::string_view name) {
  Htpasswd users;
  std::size_t number = 0;
  for (const auto line : text::split(text, '\n')) {
    ++number;
    const auto entry = text::trim(line);
    if (entry.empty() || entry.starts_with('#')) continue;
    const auto refuse = [&](const std::string& why) {
      throw Error(ErrorKind::input, fmt::format("{}:{}: {}", name, number, why),
                  fmt::format("write the line with `htpasswd -B {} USER`", name));
    };
    const auto parts = text::cut(entry, ':');
    if (!parts || parts->first.empty()) refuse("the line is not of the form USER:HASH");
    const auto user = text::printable(parts->first);
    if (!is_bcrypt(parts->second)) refuse(fmt::format("user {} {}", user, why_not(parts->second)));
    if (!users.hashes_.emplace(parts->first, parts->second).second) refuse(fmt::format("user {} stands twice", user));
  }
  if (users.hashes_.empty()) {
    throw Error(ErrorKind::input, fmt::format("{}: has no user", name),
                fmt::format("add one with `htpasswd -B {} USER`", name));
  }
  return users;
}

bool Htpasswd::allows(std::string_view authorization) const {
  const auto given = parse_basic(authorization);
  if (!given) return false;
  const auto digest = Digest::sha256(key_ + given->user + ":" + given->password);
  {
    const std::lock_guard lock(known_->mutex);
    const auto found = known_->passwords.find(given->user);
    if (found != known_->passwords.end() && found->second == digest) return true;
  }
  if (!verify(given->user, given->password)) return false;
  const std::lock_guard lock(known_->mutex);
  known_->passwords[given->user] = digest;
  return true;
}

bool Htpasswd::verify(const std::string& user, const std::string& password) const {
  const auto found = hashes_.find(user);
  const bool known = found != hashes_.end();
  return matches(password, known ? found->second : hashes_.begin()->second) && known;
}

}  // namespace polyarch::server
