#include "base/redact.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"

namespace polyarch {
namespace {

constexpr std::size_t shortest = 4;

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

void Redactor::remember(std::string_view secret) {
  if (text::trim(secret).size() < shortest) return;
  remember_form(std::string(secret));
  remember_form(text::base64_encode(secret));
  remember_form(percent_encode(secret));
}

void Redactor::remember_form(std::string secret) {
  if (std::ranges::find(secrets_, secret) != secrets_.end()) return;
  secrets_.push_back(std::move(secret));
  std::ranges::stable_sort(secrets_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

void Redactor::add(std::string_view secret) {
  const std::lock_guard lock(mutex_);
  remember(secret);
  for (const auto line : text::split(secret, '\n')) remember(text::trim(line));
}

std::string Redactor::apply(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  std::string out(text);
  for (const auto& secret : secrets_) {
    if (out.find(secret) != std::string::npos) out = text::replace_all(out, secret, "***");
  }
  return out;
}

std::vector<std::string> Redactor::known() const {
  const std::lock_guard lock(mutex_);
  return secrets_;
}

Redactor& redactor() {
  static Redactor instance;
  return instance;
}

std::string redact_url(std::string_view url) {
  std::string out(url);
  const auto scheme = out.find("://");
  const auto authority = scheme == std::string::npos ? 0 : scheme + 3;
  const auto end = std::min(out.find_first_of("/?#", authority), out.size());
  if (const auto at = out.rfind('@', end); at != std::string::npos && at >= authority && at < end) {
    out.replace(authority, at - authority, "***");
  }
  if (const auto query = out.find('?'); query != std::string::npos) out.replace(query + 1, std::string::npos, "***");
  return out;
}

}  // namespace polyarch
