#include "app/node_engine.hpp"

#include <array>
#include <fmt/core.h>
#include <fstream>

#include "base/error.hpp"
#include "binfmt/binfmt.hpp"

namespace polyarch::app {
namespace {

bool is_static(const std::filesystem::path& program) {
  std::array<char, 4096> head{};
  std::ifstream file(program, std::ios::binary);
  file.read(head.data(), head.size());
  return binfmt::statically_linked({head.data(), static_cast<std::size_t>(file.gcount())});
}

}  // namespace

std::filesystem::path node_engine(const oci::Platform& machine) {
  auto self = std::filesystem::read_symlink("/proc/self/exe");
  if (machine.architecture == binfmt::native_platform().architecture && is_static(self)) return self;
  auto beside = self.parent_path() / fmt::format("polyarch-linux-{}", machine.architecture);
  if (std::filesystem::exists(beside) && is_static(beside)) return beside;
  throw Error(ErrorKind::emulation,
              fmt::format("the builder's machine is {}, which this engine does not run on", machine.str()),
              fmt::format("put the engine of that platform beside this one, as {}", beside.string()));
}

}  // namespace polyarch::app
