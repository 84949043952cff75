#include "app/input_files.hpp"

#include "base/error.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t largest_dockerfile = 4U << 20;

std::string read_all(std::istream& in) {
  std::string text(largest_dockerfile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > largest_dockerfile)
    throw Error(ErrorKind::input, "the Dockerfile on standard input is larger than 4 MiB");
  return text;
}

}  // namespace

InputFiles::InputFiles(const spec::BuildOptions& options, Context& context) : options_(options) {
  if (!options.buildkitd_config_inline.empty()) {
    if (!options.buildkitd_config.empty()) {
      throw Error(ErrorKind::usage, "--buildkitd-config and --buildkitd-config-inline are both given",
                  "leave one of them out");
    }
    options_.buildkitd_config = keep("buildkitd.toml", options.buildkitd_config_inline);
  }
  const bool no_context = options.context == "-";
  if (!no_context && options.file != "-") return;
  if (no_context && options.file == "-") {
    throw Error(ErrorKind::usage, "standard input cannot be both the context and the Dockerfile",
                "write one of them as a path");
  }
  options_.file = keep("Dockerfile", read_all(context.in));
  if (no_context) options_.context = directory_->path().string();
}

std::string InputFiles::keep(const std::string& name, const std::string& text) {
  if (!directory_) directory_ = std::make_unique<sys::TemporaryDirectory>("polyarch-input-");
  const auto path = directory_->path() / name;
  sys::write_file(path, text);
  return path.string();
}

}  // namespace polyarch::app
