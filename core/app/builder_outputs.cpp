#include "app/builder_outputs.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

Json node_json(const buildkit::Node& node) {
  std::vector<std::string> names;
  for (const auto& platform : node.platforms) names.push_back(platform.str());
  Json out{{"name", node.name}, {"endpoint", node.endpoint}, {"status", node.status}};
  if (!node.version.empty()) out["buildkit"] = node.version;
  if (!names.empty()) out["platforms"] = text::join(names, ",");
  if (!node.daemon_flags.empty()) out["buildkitd-flags"] = node.daemon_flags;
  if (!node.driver_options.empty()) out["driver-opts"] = node.driver_options;
  return out;
}

}  // namespace

Outputs builder_outputs(const std::vector<buildkit::Builder>& used) {
  if (used.empty()) return {};
  Json nodes = Json::array();
  std::vector<std::string> platforms;
  for (const auto& builder : used) {
    for (const auto& node : builder.nodes) {
      nodes.push_back(node_json(node));
      for (const auto& platform : node.platforms) {
        auto name = platform.str();
        if (std::ranges::find(platforms, name) == platforms.end()) platforms.push_back(std::move(name));
      }
    }
  }
  const auto& first = used.front();
  const auto node = first.nodes.empty() ? buildkit::Node{} : first.nodes.front();
  return {{"name", first.name},
          {"driver", first.driver},
          {"platforms", text::join(platforms, ",")},
          {"nodes", nodes.dump(-1, ' ', false, Json::error_handler_t::replace)},
          {"endpoint", node.endpoint},
          {"status", node.status},
          {"flags", node.daemon_flags}};
}

}  // namespace polyarch::app
