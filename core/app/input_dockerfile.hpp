#pragma once
#include <memory>

#include "app/context.hpp"
#include "spec/build.hpp"
#include "sys/files.hpp"

namespace polyarch::app {

// Options whose Dockerfile came on standard input ("-" as the context or as --file), with a file in its place that
// lives as long as this.
class InputDockerfile {
 public:
  // Throws Error{usage} when both are "-", Error{input} when the Dockerfile is over 4 MiB.
  InputDockerfile(const spec::BuildOptions& options, Context& context);
  const spec::BuildOptions& options() const { return options_; }

 private:
  spec::BuildOptions options_;
  std::unique_ptr<sys::TemporaryDirectory> directory_;
};

}  // namespace polyarch::app
