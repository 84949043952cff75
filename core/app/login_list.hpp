#pragma once
#include <string>
#include <vector>

namespace polyarch::app {

// Lines of credentials as HOST=USER:PASSWORD each. Those are taken as they are; lines as login-action takes them,
// "- registry: HOST", "username: USER", "password: PASSWORD", become one for each dash. Throws Error{usage}.
std::vector<std::string> login_list(const std::vector<std::string>& lines);

}  // namespace polyarch::app
