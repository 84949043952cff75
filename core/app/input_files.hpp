#pragma once
#include <memory>

#include "app/context.hpp"
#include "spec/build.hpp"
#include "sys/files.hpp"

namespace polyarch::app {

// Options whose text is wanted as a file, with a file in its place that lives as long as this: a Dockerfile on standard
// input ("-" as the context or as --file), and --buildkitd-config-inline.
class InputFiles {
 public:
  // Throws Error{usage} when both are "-", Error{input} when the Dockerfile is over 4 MiB.
  InputFiles(const spec::BuildOptions& options, Context& context);
  const spec::BuildOptions& options() const { return options_; }

 private:
  std::string keep(const std::string& name, const std::string& text);

  spec::BuildOptions options_;
  std::unique_ptr<sys::TemporaryDirectory> directory_;
};

}  // namespace polyarch::app
