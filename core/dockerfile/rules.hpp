#pragma once
#include <string>
#include <vector>

#include "dockerfile/dockerfile.hpp"
#include "dockerfile/graph.hpp"

namespace polyarch::dockerfile {

// What the rules look at: the file, and what becomes of each stage when it is built for each platform.
struct Examined {
  const Dockerfile& file;
  std::size_t target;
  oci::Platform build_platform;
  std::vector<oci::Platform> platforms;
  std::vector<std::vector<StageFacts>> facts;  // [platform][stage]
};

// The platforms that need the stage, when each runs it on itself; none when its platform is fixed or unknown.
std::vector<oci::Platform> platforms_running(const Examined& examined, std::size_t stage);
// True when a machine of `build_platform` cannot run programs of `platform` without an emulator.
bool is_emulated(const oci::Platform& platform, const oci::Platform& build_platform);
// "stage 'build'", or "the stage of line 3".
std::string stage_label(const Stage& stage);
// "linux/arm64 and linux/riscv64".
std::string list_of(const std::vector<oci::Platform>& platforms);

// A rule adds at most one finding a stage (emulated-compile) or an instruction. In doubt a rule is silent.
void find_emulated_compiles(const Examined& examined, std::vector<Finding>& findings);
void find_cache_collisions(const Examined& examined, std::vector<Finding>& findings);
void find_hard_coded_architectures(const Examined& examined, std::vector<Finding>& findings);

}  // namespace polyarch::dockerfile
