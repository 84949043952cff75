#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/names.hpp"

// What passes must be safe as a path below a directory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyarch::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto unsafe = [](std::string_view part) {
    return part.empty() || part.starts_with('.') || part.starts_with('/') || part.ends_with('/') ||
           part.find("/.") != part.npos || part.find("//") != part.npos || part.find('\0') != part.npos;
  };
  parse_chunk_range(text);
  const auto target = parse_target(text);
  if (!target) return 0;
  const auto name = RepositoryName::parse(target->name);
  const auto tag = Tag::parse(target->reference);
  if ((name && unsafe(name->str())) || (tag && unsafe(tag->str()))) std::abort();
  return 0;
}
