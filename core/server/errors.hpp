#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/message.hpp"

namespace polyarch::server {

// The error codes of the distribution-spec, "Error Codes". `unknown` is for our own failures.
enum class Code {
  blob_unknown,
  blob_upload_invalid,
  blob_upload_unknown,
  digest_invalid,
  manifest_blob_unknown,
  manifest_invalid,
  manifest_unknown,
  name_invalid,
  name_unknown,
  size_invalid,
  unauthorized,
  unsupported,
  unknown,
};

// The answer that says no, with the spec's JSON body. `status`: in place of the code's usual one.
Answer refuse(Code code, std::string message, std::optional<int> status = std::nullopt);
// One entry for each message, all of the same code.
Answer refuse_all(Code code, const std::vector<std::string>& messages);
// That the endpoint takes these methods only, "GET, HEAD".
Answer only(std::string_view methods);

}  // namespace polyarch::server
