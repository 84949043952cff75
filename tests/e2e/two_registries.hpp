#pragma once
#include "e2e/images.hpp"

namespace polyarch::e2e {

// Two registries of the engine's own, and images in them.
class TwoRegistries : public Images {
 protected:
  std::string here(const std::string& name) const { return registry_.address() + "/" + name; }
  std::string there(const std::string& name) const { return other_.address() + "/" + name; }

  // An index of the two platforms under `name`, by the engine.
  void publish_two(const std::string& name) {
    const auto source = repository(registry_, "parts");
    must({"publish", "-t", name, push_image(source, "linux/amd64"), push_image(source, "linux/arm64")});
  }

  ServedRegistry registry_;
  ServedRegistry other_;
};

}  // namespace polyarch::e2e
