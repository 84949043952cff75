#pragma once
#include <map>
#include <string>

#include "registry/credentials.hpp"
#include "spec/registry.hpp"
#include "sys/environment.hpp"

namespace polyarch::app {

using Logins = std::map<std::string, registry::Credentials>;

// The logins that the options give, by registry or prefix of repositories. Throws Error{usage} on one of another shape
// than the options say, and never shows it.
Logins given_logins(const spec::RegistryOptions& given, const sys::Environment& environment);

// The same as they stand now: the file that POLYARCH_REGISTRY_AUTH_FILE names is read again, as somebody may renew what
// is in it during a long build. When it is gone, what it said before counts.
Logins current_logins(const spec::RegistryOptions& given, const sys::Environment& environment);

}  // namespace polyarch::app
