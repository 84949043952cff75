#include <algorithm>
#include <fmt/core.h>

#include "dockerfile/dockerfile.hpp"
#include "dockerfile/rules.hpp"

namespace polyarch::dockerfile {

std::vector<oci::Platform> platforms_running(const Examined& examined, std::size_t stage) {
  if (runs_on_build_platform(examined.file, stage)) return {};
  std::vector<oci::Platform> running;
  for (std::size_t i = 0; i < examined.platforms.size(); ++i) {
    const auto& facts = examined.facts[i][stage];
    if (!facts.needed) continue;
    if (facts.platform != examined.platforms[i]) return {};
    running.push_back(examined.platforms[i]);
  }
  return running;
}

bool is_emulated(const oci::Platform& platform, const oci::Platform& build_platform) {
  const auto& architecture = platform.architecture;
  const auto& native = build_platform.architecture;
  if (platform.os != build_platform.os || architecture == native) return false;
  return !(native == "amd64" && architecture == "386") && !(native == "arm64" && architecture == "arm");
}

std::string stage_label(const Stage& stage) {
  return stage.name.empty() ? fmt::format("the stage of line {}", stage.from.first_line)
                            : fmt::format("stage '{}'", stage.name);
}

std::string list_of(const std::vector<oci::Platform>& platforms) {
  std::string list;
  for (std::size_t i = 0; i < platforms.size(); ++i) {
    if (i > 0) list += i + 1 == platforms.size() ? " and " : ", ";
    list += platforms[i].str();
  }
  return list;
}

std::vector<Finding> lint(const Dockerfile& file, std::string_view target, const std::vector<oci::Platform>& platforms,
                          const oci::Platform& build_platform) {
  Examined examined{file, find_stage(file, target), build_platform, platforms, {}};
  for (const auto& platform : platforms) {
    examined.facts.push_back(examine(file, {std::string(target), platform, build_platform, {}, {}}));
  }
  std::vector<Finding> findings;
  find_emulated_compiles(examined, findings);
  find_cache_collisions(examined, findings);
  find_hard_coded_architectures(examined, findings);
  std::ranges::stable_sort(findings, {}, &Finding::line);
  return findings;
}

}  // namespace polyarch::dockerfile
