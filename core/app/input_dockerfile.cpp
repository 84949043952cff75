#include "app/input_dockerfile.hpp"

#include "base/error.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t largest = 4U << 20;

std::string read_all(std::istream& in) {
  std::string text(largest + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > largest) throw Error(ErrorKind::input, "the Dockerfile on standard input is larger than 4 MiB");
  return text;
}

}  // namespace

InputDockerfile::InputDockerfile(const spec::BuildOptions& options, Context& context) : options_(options) {
  const bool no_context = options.context == "-";
  if (!no_context && options.file != "-") return;
  if (no_context && options.file == "-") {
    throw Error(ErrorKind::usage, "standard input cannot be both the context and the Dockerfile",
                "write one of them as a path");
  }
  directory_ = std::make_unique<sys::TemporaryDirectory>("polyarch-input-");
  const auto path = directory_->path() / "Dockerfile";
  sys::write_file(path, read_all(context.in));
  options_.file = path.string();
  if (no_context) options_.context = directory_->path().string();
}

}  // namespace polyarch::app
