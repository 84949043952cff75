#include "app/builder_outputs.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

Json node_json(const buildkit::Node& node, const std::optional<buildkit::CreateOptions>& made) {
  std::vector<std::string> names;
  for (const auto& platform : node.platforms) names.push_back(platform.str());
  Json out{{"name", node.name}, {"endpoint", node.endpoint}, {"status", node.status}};
  if (!node.version.empty()) out["buildkit"] = node.version;
  if (!names.empty()) out["platforms"] = text::join(names, ",");
  if (!made) return out;
  if (!made->buildkitd_flags.empty()) out["buildkitd-flags"] = text::join(made->buildkitd_flags, " ");
  for (const auto& [key, value] : made->driver_options) out["driver-opts"].push_back(key + "=" + value);
  return out;
}

}  // namespace

Outputs builder_outputs(const std::vector<UsedBuilder>& used) {
  if (used.empty()) return {};
  Json nodes = Json::array();
  std::vector<std::string> platforms;
  for (const auto& [builder, made] : used) {
    for (const auto& node : builder.nodes) {
      nodes.push_back(node_json(node, made));
      for (const auto& platform : node.platforms) {
        auto name = platform.str();
        if (std::ranges::find(platforms, name) == platforms.end()) platforms.push_back(std::move(name));
      }
    }
  }
  const auto& first = used.front();
  const auto node = first.builder.nodes.empty() ? buildkit::Node{} : first.builder.nodes.front();
  return {{"name", first.builder.name},
          {"driver", first.builder.driver},
          {"platforms", text::join(platforms, ",")},
          {"nodes", nodes.dump(-1, ' ', false, Json::error_handler_t::replace)},
          {"endpoint", node.endpoint},
          {"status", node.status},
          {"flags", first.made ? text::join(first.made->buildkitd_flags, " ") : ""}};
}

}  // namespace polyarch::app
