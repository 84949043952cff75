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

  // `named`: the platform that the vertex's name says it is for.
  void set(const std::string& id, const std::vector<std::string>& inputs, const std::optional<oci::Platform>& named);
  // The leg of the vertices that were made from this one; nullopt when several legs share it, or nothing ties it to
  // one.
  std::optional<oci::Platform> leg_of(const std::string& id) const;

 private:
  struct Vertex {
    std::vector<std::size_t> inputs;
    int named = -1;  // index of a leg
  };
  std::size_t index_of(const std::string& id);
  int leg_index(const std::optional<oci::Platform>& platform) const;
  int leg_of_root(std::size_t root) const;
  std::vector<std::size_t> roots() const;
  std::vector<int> resolve() const;

  std::vector<oci::Platform> legs_;
  std::unordered_map<std::string, std::size_t> ids_;
  std::vector<Vertex> vertices_;
  mutable std::optional<std::vector<int>> resolved_;  // until the graph changes
};

}  // namespace polyarch::buildkit
