#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "oci/reference.hpp"

namespace polyarch::registry {

// A registry that holds copies of another's images, below `prefix` ("" or "cache/hub").
struct Mirror {
  std::string of;  // "docker.io"
  std::string registry;
  std::string prefix;

  // From "REGISTRY=HOST[:PORT][/PREFIX]"; throws Error{usage}.
  static Mirror parse(std::string_view text);
  // Where the copy of `repository` would be; absent when it is of another registry.
  std::optional<oci::Repository> place(const oci::Repository& repository) const;
};

// What a mirror gives, or nothing when it fails: whoever it mirrors is asked then.
template <class Ask>
auto ask_mirror(const oci::Repository& place, Ask ask) -> decltype(ask()) {
  try {
    return ask();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    log::debug("the mirror {} does not help: {}", place.str(), error.message());
    return {};
  }
}

}  // namespace polyarch::registry
