#include "base/version.hpp"

namespace polyarch {

std::string_view version_string() {
  return POLYARCH_VERSION;
}

}  // namespace polyarch
