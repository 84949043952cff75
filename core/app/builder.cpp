#include "buildkit/builder.hpp"

#include <fmt/core.h>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

Json json(const buildkit::Builder& builder) {
  Json out{{"name", builder.name}, {"driver", builder.driver}, {"ours", builder.ours}, {"nodes", Json::array()}};
  for (const auto& node : builder.nodes) {
    Json platforms = Json::array();
    for (const auto& platform : node.platforms) platforms.push_back(platform.str());
    out["nodes"].push_back({{"name", node.name},
                            {"endpoint", node.endpoint},
                            {"status", node.status},
                            {"buildkit", node.version},
                            {"platforms", platforms}});
    if (!node.error.empty()) out["nodes"].back()["error"] = node.error;
  }
  return out;
}

void show(const buildkit::Builder& builder, const std::string& format, Context& context) {
  if (format == "json") {
    context.out << json(builder).dump(2) << '\n';
    return;
  }
  context.out << fmt::format("{}  driver {}{}\n", builder.name, builder.driver,
                             builder.ours ? "  made by polyarch" : "");
  for (const auto& node : builder.nodes) {
    std::vector<std::string> platforms;
    for (const auto& platform : node.platforms) platforms.push_back(platform.str());
    context.out << fmt::format("  {}  {}  BuildKit {}  {}\n    {}\n", node.name, node.status,
                               node.version.empty() ? "unknown" : node.version, node.endpoint,
                               text::join(platforms, ", "));
    if (!node.error.empty()) context.out << fmt::format("    {}\n", text::printable(node.error));
  }
}

// Builders of ours may be called by the name that `create` was given, or by the whole one.
std::string own_name(const std::string& name) {
  return name.starts_with(buildkit::builder_prefix) ? name : std::string(buildkit::builder_prefix) + name;
}

buildkit::Builders make_builders(Context& context) {
  return {buildkit::find_buildx(context.runner, buildkit::plugin_directories(context.environment)), context.runner,
          context.cleanup};
}

}  // namespace

int builder_create(const spec::BuilderOptions& options, Context& context) {
  buildkit::CreateOptions create;
  create.name = options.name;
  create.driver = options.driver;
  create.endpoint = options.endpoint;
  create.buildkitd_config = options.buildkitd_config;
  create.buildkitd_flags = options.buildkitd_flags;
  create.platforms = oci::parse_platforms(options.platforms);
  for (const auto& option : options.driver_options) {
    const auto pair = text::cut(option, '=');
    if (!pair) throw Error(ErrorKind::usage, fmt::format("--driver-opt {} has no value", option), "write KEY=VALUE");
    create.driver_options[std::string(pair->first)] = std::string(pair->second);
  }
  show(make_builders(context).create(create), options.format, context);
  return 0;
}

int builder_inspect(const spec::BuilderOptions& options, Context& context) {
  auto builders = make_builders(context);
  auto builder = builders.inspect(options.name, false);
  if (!builder && !options.name.empty()) builder = builders.inspect(own_name(options.name), false);
  if (!builder) {
    throw Error(ErrorKind::builder, fmt::format("there is no builder '{}'", options.name),
                "`docker buildx ls` shows those there are");
  }
  show(*builder, options.format, context);
  return 0;
}

int builder_remove(const spec::BuilderOptions& options, Context& context) {
  if (options.name.empty()) {
    throw Error(ErrorKind::usage, "builder remove needs a name", "`docker buildx ls` shows those there are");
  }
  make_builders(context).remove(own_name(options.name), options.keep_state);
  return 0;
}

}  // namespace polyarch::app
