#include "server/errors.hpp"

#include <array>
#include <fmt/core.h>

#include "base/json.hpp"

namespace polyarch::server {
namespace {

struct CodeInfo {
  const char* name;
  int status;
};

// In the order of the enumeration.
constexpr std::array codes{
    CodeInfo{"BLOB_UNKNOWN", 404},     CodeInfo{"BLOB_UPLOAD_INVALID", 400},   CodeInfo{"BLOB_UPLOAD_UNKNOWN", 404},
    CodeInfo{"DIGEST_INVALID", 400},   CodeInfo{"MANIFEST_BLOB_UNKNOWN", 400}, CodeInfo{"MANIFEST_INVALID", 400},
    CodeInfo{"MANIFEST_UNKNOWN", 404}, CodeInfo{"NAME_INVALID", 400},          CodeInfo{"NAME_UNKNOWN", 404},
    CodeInfo{"SIZE_INVALID", 400},     CodeInfo{"UNAUTHORIZED", 401},          CodeInfo{"UNSUPPORTED", 405},
    CodeInfo{"UNKNOWN", 500},
};

}  // namespace

Answer refuse(Code code, std::string message, std::optional<int> status) {
  auto answer = refuse_all(code, {std::move(message)});
  if (status) answer.status = *status;
  return answer;
}

Answer only(std::string_view methods) {
  return refuse(Code::unsupported, fmt::format("this endpoint takes {} only", methods))
      .with("Allow", std::string(methods));
}

Answer refuse_all(Code code, const std::vector<std::string>& messages) {
  const auto& info = codes.at(static_cast<std::size_t>(code));
  auto errors = Json::array();
  for (const auto& message : messages) errors.push_back({{"code", info.name}, {"message", message}});
  Answer answer;
  answer.status = info.status;
  answer.content_type = "application/json";
  // What a client sent may be quoted in a message, and need not be UTF-8.
  answer.body = Json{{"errors", std::move(errors)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  return answer;
}

}  // namespace polyarch::server
