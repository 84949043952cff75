#pragma once
#include <string_view>

namespace polyarch {

// "0.1.0", from the project's CMakeLists.txt.
std::string_view version_string();

}  // namespace polyarch
