#pragma once
#include <string>
#include <string_view>

#include "http/transport.hpp"

namespace polyarch::registry {

// What a registry says in the body of an error (distribution-spec, "Error codes"), fit for a terminal; "" when nothing.
std::string complaint(std::string_view body);

// Throws the Error that an answer of an unwanted status stands for: 401 and 403 are auth, the others registry.
[[noreturn]] void fail(const http::Request& request, const http::Response& response, const std::string& registry);

}  // namespace polyarch::registry
