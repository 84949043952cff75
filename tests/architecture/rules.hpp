#pragma once
#include <string>
#include <vector>

#include "architecture/source_tree.hpp"

// The rules of the house. Each checker tells the breaches as "path:line: what is wrong".
namespace polyarch::architecture {

using Breaches = std::vector<std::string>;

// A room of core/ includes its own files and those of rooms on lower floors.
Breaches layering(const SourceFile& file);
// A third-party header stays in the files that are made to hide it.
Breaches third_party_headers(const SourceFile& file);
// Only core/ci knows the variables of CI systems.
Breaches ci_variables(const SourceFile& file);
// No file or folder is named for being a bit of everything.
Breaches vague_names(const SourceFile& file);
// Nobody reads a file of more than 600 lines.
Breaches long_files(const SourceFile& file);

}  // namespace polyarch::architecture
