#include "cli/dispatch.hpp"

#include "app/commands.hpp"
#include "cli/completion.hpp"

namespace polyarch::cli {
namespace {

struct Dispatch {
  const std::string& command;
  app::Context& context;

  int operator()(const spec::BuildOptions& options) const {
    return command == "plan" ? app::plan(options, context) : app::build(options, context);
  }
  int operator()(const spec::QemuOptions& options) const {
    if (command == "qemu register") return app::qemu_register(options, context);
    return command == "qemu status" ? app::qemu_status(options, context) : app::qemu_unregister(options, context);
  }
  int operator()(const spec::BuilderOptions& options) const {
    if (command == "builder create") return app::builder_create(options, context);
    return command == "builder inspect" ? app::builder_inspect(options, context)
                                        : app::builder_remove(options, context);
  }
  int operator()(const spec::CacheOptions& options) const {
    if (command == "cache save") return app::cache_save(options, context);
    if (command == "cache restore") return app::cache_restore(options, context);
    return command == "cache inspect" ? app::cache_inspect(options, context) : app::cache_list(options, context);
  }
  int operator()(const spec::CachePruneOptions& options) const { return app::cache_prune(options, context); }
  int operator()(const spec::MountWorkOptions& options) const { return app::cache_mounts(options, context); }
  int operator()(const spec::PublishOptions& options) const { return app::publish(options, context); }
  int operator()(const spec::ReportOptions& options) const { return app::report(options, context); }
  int operator()(const spec::CopyOptions& options) const { return app::copy(options, context); }
  int operator()(const spec::TagsOptions& options) const {
    return command == "tags ls" ? app::tags_ls(options, context) : app::tags_prune(options, context);
  }
  int operator()(const spec::InspectOptions& options) const { return app::inspect(options, context); }
  int operator()(const spec::ServeOptions& options) const { return app::registry_serve(options, context); }
  int operator()(const spec::GcOptions& options) const { return app::registry_gc(options, context); }
  int operator()(const spec::VersionOptions& options) const { return app::version(options, context); }
  int operator()(const spec::EmitOptions& options) const { return app::emit(options, context); }
  int operator()(const spec::CompletionOptions& options) const {
    context.out << completion(options.shell);
    return 0;
  }
};

}  // namespace

int dispatch(const Invocation& invocation, app::Context& context) {
  return std::visit(Dispatch{invocation.command, context}, invocation.options);
}

}  // namespace polyarch::cli
