#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "buildkit/builder.hpp"

namespace polyarch::buildkit {
namespace {

constexpr std::size_t longest_listing = 4U << 20;
constexpr std::size_t most_nodes = 1'000;

struct Line {
  std::string_view key;
  std::string_view value;
};

// Only lines that begin in the first column are about a node; the others list labels, files, garbage collection.
std::optional<Line> parse_line(std::string_view line) {
  if (line.empty() || line[0] == ' ' || line[0] == '\t') return std::nullopt;
  const auto parts = text::cut(line, ':');
  if (!parts) return std::nullopt;
  return Line{text::trim(parts->first), text::trim(parts->second)};
}

std::vector<oci::Platform> parse_platforms(std::string_view list) {
  std::vector<oci::Platform> platforms;
  for (auto word : text::split(list, ',')) {
    word = text::trim(word);
    if (word.ends_with('*')) word.remove_suffix(1);
    try {
      const auto platform = oci::Platform::parse(word);
      if (std::ranges::find(platforms, platform) == platforms.end()) platforms.push_back(platform);
    } catch (const Error&) {
      continue;  // a platform that is newer than we are
    }
  }
  return platforms;
}

// `image="moby/buildkit:master" network="host"`
std::vector<std::string> parse_driver_options(std::string_view list) {
  std::vector<std::string> options;
  while (const auto key = text::cut(list, '=')) {
    if (!key->second.starts_with('"')) break;
    const auto value = text::cut(key->second.substr(1), '"');
    if (!value) break;
    options.push_back(fmt::format("{}={}", text::trim(key->first), value->first));
    list = value->second;
  }
  return options;
}

void read_builder(const Line& line, Builder& builder) {
  if (line.key == "Name") builder.name = line.value;
  if (line.key == "Driver") builder.driver = line.value;
  if (line.key == "Error") builder.error = text::printable(line.value);
}

void read_node(const Line& line, Node& node) {
  if (line.key == "Endpoint") node.endpoint = line.value;
  if (line.key == "Status") node.status = line.value;
  if (line.key == "Error") node.error = text::printable(line.value);
  if (line.key == "BuildKit version" || line.key == "Buildkit") node.version = line.value;
  if (line.key == "Platforms") node.platforms = parse_platforms(line.value);
  if (line.key == "BuildKit daemon flags" || line.key == "Flags") node.daemon_flags = line.value;
  if (line.key == "Driver Options") node.driver_options = parse_driver_options(line.value);
}

}  // namespace

Builder parse_inspect(std::string_view text) {
  Builder builder;
  bool in_nodes = false;
  for (const auto raw : text::split(text.substr(0, longest_listing), '\n')) {
    const auto line = parse_line(raw);
    if (!line) continue;
    if (line->key == "Nodes") {
      in_nodes = true;
    } else if (!in_nodes) {
      read_builder(*line, builder);
    } else if (line->key == "Name") {
      if (builder.nodes.size() >= most_nodes) break;
      builder.nodes.emplace_back().name = line->value;
    } else if (!builder.nodes.empty()) {
      read_node(*line, builder.nodes.back());
    }
  }
  if (builder.name.empty()) {
    throw Error(ErrorKind::builder, "the answer of 'buildx inspect' names no builder",
                "run 'docker buildx inspect' to see it; polyarch needs buildx 0.13 or newer");
  }
  builder.ours = builder.name.starts_with(builder_prefix);
  return builder;
}

std::vector<std::string> parse_names(std::string_view text) {
  std::vector<std::string> names;
  for (const auto line : text::split(text.substr(0, longest_listing), '\n')) {
    if (line.empty() || line[0] == ' ' || line.starts_with("NAME/NODE")) continue;  // nodes are indented
    auto name = line.substr(0, line.find(' '));
    if (name.ends_with('*')) name.remove_suffix(1);
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

}  // namespace polyarch::buildkit
