#include "buildkit/vertex_graph.hpp"

#include <algorithm>

namespace polyarch::buildkit {
namespace {

constexpr std::size_t max_vertices = 40'000;
constexpr int nobody = -1;
constexpr int several = -2;

int merge(int a, int b) {
  if (a == nobody || a == b) return b;
  return b == nobody ? a : several;
}

}  // namespace

void VertexGraph::set(const std::string& id, const std::vector<std::string>& inputs,
                      const std::optional<oci::Platform>& named) {
  Vertex vertex{{}, leg_index(named)};
  const auto index = index_of(id);
  for (const auto& input : inputs) {
    if (vertices_.size() < max_vertices || ids_.contains(input)) vertex.inputs.push_back(index_of(input));
  }
  auto& old = vertices_[index];
  if (old.inputs == vertex.inputs && old.named == vertex.named) return;
  old = std::move(vertex);
  resolved_.reset();
}

std::size_t VertexGraph::index_of(const std::string& id) {
  const auto [found, added] = ids_.try_emplace(id, vertices_.size());
  if (!added) return found->second;
  vertices_.emplace_back();
  resolved_.reset();
  return found->second;
}

int VertexGraph::leg_index(const std::optional<oci::Platform>& platform) const {
  if (!platform) return nobody;
  const auto found = std::ranges::find(legs_, *platform);
  return found == legs_.end() ? nobody : static_cast<int>(found - legs_.begin());
}

std::vector<std::size_t> VertexGraph::roots() const {
  std::vector<bool> used(vertices_.size(), false);
  for (const auto& vertex : vertices_) {
    for (const auto input : vertex.inputs) used[input] = true;
  }
  std::vector<std::size_t> roots;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) roots.push_back(i);
  }
  return roots;
}

// What the root's own name says, else what the nearest named vertices below it agree on.
int VertexGraph::leg_of_root(std::size_t root) const {
  if (vertices_[root].inputs.empty()) return vertices_[root].named;
  std::vector<bool> seen(vertices_.size(), false);
  std::vector<std::size_t> open{root};
  int leg = nobody;
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    if (vertices_[at].named != nobody) {
      leg = merge(leg, vertices_[at].named);
    } else {
      open.insert(open.end(), vertices_[at].inputs.begin(), vertices_[at].inputs.end());
    }
  }
  return leg;
}

std::vector<int> VertexGraph::resolve() const {
  if (legs_.size() == 1) return std::vector<int>(vertices_.size(), 0);
  std::vector<int> leg(vertices_.size(), nobody);
  auto open = roots();
  for (const auto root : open) leg[root] = leg_of_root(root);
  // A vertex changes at most twice (nobody, one, several), so this ends.
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    for (const auto input : vertices_[at].inputs) {
      const int merged = merge(leg[input], leg[at]);
      if (merged == leg[input]) continue;
      leg[input] = merged;
      open.push_back(input);
    }
  }
  for (std::size_t i = 0; i < leg.size(); ++i) {
    if (leg[i] == nobody) leg[i] = vertices_[i].named;
  }
  return leg;
}

std::optional<oci::Platform> VertexGraph::leg_of(const std::string& id) const {
  const auto found = ids_.find(id);
  if (found == ids_.end()) return std::nullopt;
  if (!resolved_) resolved_ = resolve();
  const int leg = (*resolved_)[found->second];
  return leg < 0 ? std::nullopt : std::optional(legs_[static_cast<std::size_t>(leg)]);
}

}  // namespace polyarch::buildkit
