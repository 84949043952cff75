#include "registry/problem.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "http/backoff.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t longest_complaint = 400;
constexpr std::size_t most_errors = 3;

std::string member(const Json& object, const char* key) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_string()) return "";
  return object[key].get<std::string>();
}

std::string one_line(std::string_view text) {
  return text::printable(text::replace_all(text, "\n", " ")).substr(0, longest_complaint);
}

std::string hint_for(int status, const std::string& registry) {
  switch (status) {
    case 401:
      return fmt::format("give credentials for {0}, or log in with: docker login {0}", registry);
    case 403:
      return "check that the user or token may do this in this repository";
    case 413:
      return "the registry or a proxy before it limits the size of an upload";
    case 429:
      return "the registry limits how much is asked of it: log in, or try later";
    default:
      return "";
  }
}

}  // namespace

std::string complaint(std::string_view body) {
  const auto json = Json::parse(body.substr(0, 64 << 10), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return "";
  if (const auto details = member(json, "details"); !details.empty()) return one_line(details);
  if (!json.is_object() || !json.contains("errors") || !json["errors"].is_array()) return "";
  std::vector<std::string> parts;
  for (const auto& error : json["errors"]) {
    const auto code = member(error, "code");
    const auto message = member(error, "message");
    if (parts.size() < most_errors && !(code + message).empty()) parts.push_back(fmt::format("{}: {}", code, message));
  }
  return one_line(text::join(parts, "; "));
}

void fail(const http::Request& request, const http::Response& response, const std::string& registry) {
  const bool refused = response.status == 401 || response.status == 403;
  const auto said = complaint(response.body);
  const auto& at = response.redirected_to.empty() ? request.url : response.redirected_to;
  throw Error(
      refused ? ErrorKind::auth : ErrorKind::registry,
      fmt::format("{} {}: status {}{}{}{}", request.method, redact_url(at), response.status, said.empty() ? "" : ": ",
                  said, response.gave_up.empty() ? "" : fmt::format(" ({})", response.gave_up)),
      hint_for(response.status, registry), http::may_pass_later(response));
}

}  // namespace polyarch::registry
