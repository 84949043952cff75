#include "app/builder_set.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "sys/files.hpp"

namespace polyarch::app {

BuilderSet::BuilderSet(const std::vector<BuilderPlan>& plans, const std::vector<std::string>& buildx, Context& context,
                       const spec::BuildOptions& options)
    : driver_(buildx, context.runner, context.cleanup), keep_(options.keep_builder) {
  try {
    for (const auto& plan : plans) {
      builders_.push_back({&plan, plan.name, std::nullopt});
      if (!plan.create) continue;
      auto create = *plan.create;
      if (!keep_ && !options.builders_file.empty()) {
        create.announce = [&](const std::string& name) { sys::append_file(options.builders_file, name + "\n"); };
      }
      auto made = driver_.create(create);
      builders_.back() = {&plan, made.name, std::move(made)};
    }
  } catch (...) {
    remove_made();
    throw;
  }
}

BuilderSet::~BuilderSet() {
  remove_made();
}

std::optional<bool> BuilderSet::emulates(std::size_t number, const oci::Platform& platform) const {
  const auto& made = builders_.at(number).made;
  return made ? std::optional(buildkit::emulates(*made, platform)) : std::nullopt;
}

std::optional<oci::Platform> BuilderSet::machine(std::size_t number) const {
  const auto& made = builders_.at(number).made;
  if (!made || made->nodes.empty() || made->nodes.front().platforms.empty()) return std::nullopt;
  return made->nodes.front().platforms.front();
}

bool BuilderSet::is_new(std::size_t number) const {
  const auto& made = builders_.at(number).made;
  return made && made->driver == "docker-container" && !keep_;
}

std::vector<buildkit::Builder> BuilderSet::used() {
  std::vector<buildkit::Builder> out;
  for (const auto& member : builders_) {
    if (member.made) {
      out.push_back(*member.made);
      continue;
    }
    out.push_back({.name = member.name, .driver = member.plan->driver, .error = "", .nodes = member.plan->nodes});
    const auto asleep = [](const buildkit::Node& node) { return node.status != "running" || node.platforms.empty(); };
    if (std::ranges::none_of(member.plan->nodes, asleep)) continue;
    try {
      if (auto woken = driver_.inspect(member.name, false)) out.back() = *std::move(woken);
    } catch (const Error& error) {
      log::warning("builder {} cannot be asked what it is: {}", member.name, error.message());
    }
  }
  return out;
}

void BuilderSet::remove_made() {
  if (keep_) return;
  for (const auto& builder : builders_) {
    if (!builder.made) continue;
    try {
      driver_.remove(builder.name);
    } catch (const Error& error) {
      log::warning("builder {} could not be removed: {}", builder.name, error.message());
    }
  }
}

}  // namespace polyarch::app
