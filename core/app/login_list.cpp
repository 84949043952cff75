#include "app/login_list.hpp"

#include <fmt/format.h>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr const char* login_shapes =
    "write registry, username and password on lines of their own, or HOST=USER:PASSWORD on one";

using LoginEntry = std::map<std::string, std::string, std::less<>>;

std::string_view without_quotes(std::string_view value) {
  const bool quoted =
      value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  return quoted ? value.substr(1, value.size() - 2) : value;
}

void read_login_line(LoginEntry& entry, std::string_view line) {
  const auto pair = text::cut(line, ':');
  if (!pair) throw Error(ErrorKind::usage, "a line of registry-auth is not KEY: VALUE", login_shapes);
  entry[text::lower(text::trim(pair->first))] = without_quotes(text::trim(pair->second));
}

std::string login_line(const LoginEntry& entry) {
  const auto value = [&](std::string_view key) {
    const auto found = entry.find(key);
    return found == entry.end() ? std::string() : found->second;
  };
  const auto registry = value("registry").empty() ? "docker.io" : value("registry");
  if (value("username").empty() || value("password").empty()) {
    throw Error(ErrorKind::usage,
                fmt::format("registry-auth has no username or no password for {}", text::printable(registry)),
                login_shapes);
  }
  if (registry.find_first_of(" \t=") != std::string::npos || value("username").find(':') != std::string::npos) {
    throw Error(ErrorKind::usage, "registry-auth has a registry with a blank or an =, or a username with a colon",
                login_shapes);
  }
  return fmt::format("{}={}:{}", registry, value("username"), value("password"));
}

}  // namespace

std::vector<std::string> login_list(const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  LoginEntry entry;
  bool inside = false;
  for (const std::string_view line : lines) {
    const bool begins = line.starts_with("- ");
    if (begins && inside) out.push_back(login_line(std::exchange(entry, {})));
    inside = inside || begins;
    if (inside)
      read_login_line(entry, begins ? line.substr(2) : line);
    else
      out.emplace_back(line);
  }
  if (inside) out.push_back(login_line(entry));
  return out;
}

}  // namespace polyarch::app
