#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "oci/platform.hpp"

namespace polyarch::buildkit {

// The vertices of a solve and what each is made from: tells to which leg a vertex belongs. Input may be hostile: cycles
// and unknown inputs are harmless.
class VertexGraph {
 public:
  explicit VertexGraph(std::vector<oci::Platform> legs) : legs_(std::move(legs)) {}

  // `named`: the platform that the vertex's name says it is for. True when this changed the graph.
  bool set(const std::string& id, const std::vector<std::string>& inputs, const std::optional<oci::Platform>& named);
  // The leg of every vertex, after the vertices that were made from it; those that several legs share, and those that
  // nothing ties to a leg, are left out.
  std::unordered_map<std::string, oci::Platform> resolve() const;

 private:
  struct Vertex {
    std::vector<std::size_t> inputs;
    int named = -1;  // index of a leg
  };
  std::size_t index_of(const std::string& id);
  int leg_index(const std::optional<oci::Platform>& platform) const;
  int leg_of_root(std::size_t root) const;
  std::vector<std::size_t> roots() const;

  std::vector<oci::Platform> legs_;
  std::unordered_map<std::string, std::size_t> ids_;
  std::vector<Vertex> vertices_;
};

}  // namespace polyarch::buildkit
