#pragma once
#include <string>
#include <vector>

#include "spec/build.hpp"
#include "spec/builder.hpp"
#include "spec/cache.hpp"
#include "spec/copy.hpp"
#include "spec/inspect.hpp"
#include "spec/option.hpp"
#include "spec/publish.hpp"
#include "spec/qemu.hpp"
#include "spec/report.hpp"
#include "spec/serve.hpp"
#include "spec/tags.hpp"
#include "spec/tool.hpp"

namespace polyarch::spec {

// Calls visit(const Command<T>&) for every command, in the order of the docs. The one list of commands.
template <class Visitor>
void for_each_command(Visitor&& visit) {
  visit(build_command());
  visit(plan_command());
  visit(publish_command());
  visit(copy_command());
  visit(report_command());
  visit(inspect_command());
  visit(tags_ls_command());
  visit(tags_prune_command());
  visit(cache_save_command());
  visit(cache_restore_command());
  visit(cache_inspect_command());
  visit(cache_list_command());
  visit(cache_prune_command());
  visit(mount_work_command());
  visit(qemu_register_command());
  visit(qemu_status_command());
  visit(qemu_unregister_command());
  visit(builder_create_command());
  visit(builder_inspect_command());
  visit(builder_remove_command());
  visit(registry_serve_command());
  visit(registry_gc_command());
  visit(spec_command());
  visit(completion_command());
  visit(version_command());
}

// All commands but the hidden ones, without their types.
std::vector<CommandInfo> catalog();

}  // namespace polyarch::spec
