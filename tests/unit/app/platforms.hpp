#pragma once
#include "oci/platform.hpp"

namespace polyarch::app {

inline const auto amd64 = oci::Platform::parse("linux/amd64");
inline const auto arm64 = oci::Platform::parse("linux/arm64");
inline const auto armv7 = oci::Platform::parse("linux/arm/v7");

}  // namespace polyarch::app
