#pragma once
#include "app/context.hpp"
#include "spec/commands.hpp"

// The use cases, one a command. Each returns the exit code, 0 or 1, or throws the Error that names a better one.
namespace polyarch::app {

int build(const spec::BuildOptions& options, Context& context);
int plan(const spec::BuildOptions& options, Context& context);
int publish(const spec::PublishOptions& options, Context& context);
int report(const spec::ReportOptions& options, Context& context);
int copy(const spec::CopyOptions& options, Context& context);
int tags_ls(const spec::TagsOptions& options, Context& context);
int tags_prune(const spec::TagsOptions& options, Context& context);
int inspect(const spec::InspectOptions& options, Context& context);
int cache_save(const spec::CacheOptions& options, Context& context);
int cache_restore(const spec::CacheOptions& options, Context& context);
int cache_inspect(const spec::CacheOptions& options, Context& context);
int cache_list(const spec::CacheOptions& options, Context& context);
int cache_prune(const spec::CachePruneOptions& options, Context& context);
int cache_mounts(const spec::MountWorkOptions& options, Context& context);
int qemu_register(const spec::QemuOptions& options, Context& context);
int qemu_status(const spec::QemuOptions& options, Context& context);
int qemu_unregister(const spec::QemuOptions& options, Context& context);
int builder_create(const spec::BuilderOptions& options, Context& context);
int builder_inspect(const spec::BuilderOptions& options, Context& context);
int builder_remove(const spec::BuilderOptions& options, Context& context);
int registry_serve(const spec::ServeOptions& options, Context& context);
int registry_gc(const spec::GcOptions& options, Context& context);
int emit(const spec::EmitOptions& options, Context& context);
int version(const spec::VersionOptions& options, Context& context);

}  // namespace polyarch::app
