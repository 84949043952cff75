#pragma once
#include <optional>

#include "ci/host.hpp"

// One function a CI system; nullopt: we do not run in it.
namespace polyarch::ci {

std::optional<Host> detect_github(const sys::Environment& environment);
std::optional<Host> detect_gitlab(const sys::Environment& environment);
std::optional<Host> detect_jenkins(const sys::Environment& environment);
Host detect_local(const sys::Environment& environment);

// The value, or "" when there is none.
std::string value_of(const sys::Environment& environment, std::string_view name);

}  // namespace polyarch::ci
