#include "architecture/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace polyarch::architecture {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  if (fs::file_size(path) > (4U << 20)) return "";
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool skipped(const fs::path& name) {
  return name == "build" || name == "node_modules" || name == "corpus" || name.string().starts_with(".");
}

}  // namespace

std::vector<SourceFile> read_sources() {
  const fs::path root = POLYARCH_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    if (skipped(entry->path().filename())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && !entry->is_symlink()) {
      files.push_back({entry->path().lexically_relative(root).string(), read(entry->path())});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

}  // namespace polyarch::architecture
