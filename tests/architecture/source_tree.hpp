#pragma once
#include <string>
#include <vector>

// The files of the project, as the architecture tests see them.
namespace polyarch::architecture {

struct SourceFile {
  std::string path;  // from the root of the repository, "core/base/text.cpp"
  std::string content;
};

// Every file of the repository but what is built, hidden or binary. `content` is empty over 4 MiB.
std::vector<SourceFile> read_sources();

}  // namespace polyarch::architecture
