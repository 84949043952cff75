#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/transport.hpp"

namespace polyarch::registry {

// What a registry says in the body of an error (distribution-spec, "Error codes"), fit for a terminal; "" when nothing.
std::string complaint(std::string_view body);

// Throws the Error that an answer of an unwanted status stands for: 401 and 403 are auth, the others registry.
[[noreturn]] void fail(const http::Request& request, const http::Response& response, const std::string& registry);

// What `parse` makes of a registry's answer. Its Error{input} becomes Error{registry}: nobody but the registry can mend
// it.
template <class Parse>
auto read_answer(Parse parse) {
  try {
    return parse();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    throw Error(ErrorKind::registry, error.message(), "the registry, or a proxy before it, gives wrong content");
  }
}

}  // namespace polyarch::registry
