#include "oci/reference.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::oci {
namespace {

constexpr std::size_t longest_repository = 255;

bool lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool alnum(char c) {
  return lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

[[noreturn]] void refuse_reference(std::string_view text, std::string_view problem, std::string_view hint = {}) {
  throw Error(ErrorKind::usage,
              fmt::format("'{}' is not an image reference: {}", text::printable(text.substr(0, 200)),
                          text::printable(problem.substr(0, 300))),
              hint.empty() ? "write [registry[:port]/]repository[:tag][@digest], such as ghcr.io/acme/app:1.0"
                           : text::printable(hint.substr(0, 300)));
}

// distribution-spec: [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool valid_component(std::string_view text) {
  if (text.empty() || !lower_alnum(text.front()) || !lower_alnum(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (lower_alnum(text[i])) {
      ++i;
      continue;
    }
    const auto end = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), lower_alnum);
    const auto separator = text.substr(i, static_cast<std::size_t>(end - text.begin()) - i);
    const bool dashes = std::ranges::all_of(separator, [](char c) { return c == '-'; });
    if (separator != "." && separator != "_" && separator != "__" && !dashes) return false;
    i += separator.size();
  }
  return true;
}

bool valid_label(std::string_view text) {
  return !text.empty() && alnum(text.front()) && alnum(text.back()) &&
         std::ranges::all_of(text, [](char c) { return alnum(c) || c == '-'; });
}

bool valid_host(std::string_view host) {
  auto name = host;
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return false;
    const auto inside = host.substr(1, end - 1);
    const bool hex = inside.find_first_not_of("0123456789abcdefABCDEF:") == std::string_view::npos;
    const auto rest = host.substr(end + 1);
    return hex && inside.find(':') != std::string_view::npos &&
           (rest.empty() || (rest.starts_with(':') && text::to_number(rest.substr(1)).value_or(65536) < 65536));
  }
  if (const auto port = text::cut(host, ':')) {
    name = port->first;
    if (text::to_number(port->second).value_or(65536) > 65535) return false;
  }
  return std::ranges::all_of(text::split(name, '.'), valid_label);
}

// Docker's rule: the first part is a registry when it looks like a host.
bool looks_like_host(std::string_view part) {
  return part == "localhost" || part.find_first_of(".:") != std::string_view::npos ||
         std::ranges::any_of(part, [](char c) { return c >= 'A' && c <= 'Z'; });
}

Repository parse_repository(std::string_view name, std::string_view whole) {
  Repository out{"docker.io", std::string(name)};
  if (const auto host = text::cut(name, '/'); host && looks_like_host(host->first)) {
    out = {std::string(host->first), std::string(host->second)};
  }
  if (out.registry == "index.docker.io" || out.registry == "registry-1.docker.io") out.registry = "docker.io";
  if (!valid_host(out.registry)) refuse_reference(whole, fmt::format("'{}' is not a registry host", out.registry));
  if (out.registry == "docker.io" && out.path.find('/') == std::string::npos) out.path = "library/" + out.path;
  if (text::lower(out.path) != out.path)
    refuse_reference(whole, "a repository is written in lower case", "write " + text::lower(whole));
  const auto parts = text::split(out.path, '/');
  if (!std::ranges::all_of(parts, valid_component))
    refuse_reference(whole, fmt::format("'{}' is not a repository name", out.path));
  if (out.str().size() > longest_repository)
    refuse_reference(whole, fmt::format("the name is longer than {} bytes", longest_repository));
  return out;
}

}  // namespace

Repository Repository::parse(std::string_view text) {
  const auto reference = Reference::parse(text);
  const auto last_slash = text.rfind('/');
  const auto name = text.substr(last_slash == std::string_view::npos ? 0 : last_slash);
  if (reference.digest || name.find(':') != std::string_view::npos)
    refuse_reference(text, "a repository has no tag and no digest here");
  return reference.repository;
}

Reference Reference::parse(std::string_view text) {
  if (text.empty()) refuse_reference(text, "it is empty");
  if (Digest::valid(fmt::format("sha256:{}", text))) refuse_reference(text, "it is an image ID");
  if (text.find("://") != std::string_view::npos)
    refuse_reference(text, "it starts with a scheme", "leave out http:// or https://");
  Reference out;
  auto name = text;
  if (const auto at = text::cut(text, '@')) {
    if (!Digest::valid(at->second))
      refuse_reference(text, fmt::format("'{}' is not a sha256 or sha512 digest", at->second));
    out.digest = Digest::parse(at->second);
    name = at->first;
  }
  const auto slash = name.rfind('/');
  const auto colon = name.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    const auto tag = name.substr(colon + 1);
    if (!valid_tag(tag))
      refuse_reference(text, fmt::format("'{}' is not a tag", tag),
                       "a tag has up to 128 letters, digits, '_', '.' and '-', and starts with none of the last two");
    out.tag = std::string(tag);
    name = name.substr(0, colon);
  }
  out.repository = parse_repository(name, text);
  if (!out.tag && !out.digest) out.tag = "latest";
  return out;
}

bool Reference::valid_tag(std::string_view text) {
  if (text.empty() || text.size() > 128 || text.front() == '.' || text.front() == '-') return false;
  return std::ranges::all_of(text, [](char c) { return alnum(c) || c == '_' || c == '.' || c == '-'; });
}

std::string Reference::str() const {
  auto out = repository.str();
  if (tag) out += ":" + *tag;
  if (digest) out += "@" + digest->str();
  return out;
}

}  // namespace polyarch::oci
