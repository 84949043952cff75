#pragma once
#include <string>
#include <string_view>

#include "spec/option.hpp"

namespace polyarch::cli {

std::string overview();                              // polyarch --help
std::string overview(std::string_view first_word);   // polyarch qemu --help
std::string help(const spec::CommandInfo& command);  // polyarch build --help

}  // namespace polyarch::cli
