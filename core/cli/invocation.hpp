#pragma once
#include <string>
#include <variant>

#include "spec/commands.hpp"

namespace polyarch::cli {

using AnyOptions =
    std::variant<spec::BuildOptions, spec::QemuOptions, spec::BuilderOptions, spec::CacheOptions,
                 spec::CachePruneOptions, spec::MountWorkOptions, spec::PublishOptions, spec::InspectOptions,
                 spec::ServeOptions, spec::GcOptions, spec::EmitOptions, spec::CompletionOptions, spec::VersionOptions,
                 spec::CopyOptions, spec::TagsOptions, spec::ReportOptions>;

// What the command line and the environment ask for.
struct Invocation {
  std::string command;  // "qemu register"
  AnyOptions options;
  spec::GlobalOptions global;
};

}  // namespace polyarch::cli
