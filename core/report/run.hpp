#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci/platform.hpp"

// What a run did, as plain data: the engine fills it, the writers beside this file show it.
namespace polyarch::report {

using Time = std::chrono::system_clock::time_point;

// One step of a solve (a BuildKit vertex). A step may run several times: the times of its runs are added up.
struct Step {
  std::string id;                         // vertex digest
  std::string name;                       // "[linux/arm64 build 2/4] RUN make", as BuildKit prints it
  std::optional<oci::Platform> platform;  // of the leg it belongs to; nullopt: shared by several
  std::string stage;
  int line = 0;  // in the Dockerfile; 0: none
  bool emulated = false;
  bool cached = false;
  bool internal = false;  // "[internal] load build context" and the like
  std::optional<Time> started;
  std::optional<Time> completed;
  std::chrono::milliseconds duration{0};
  std::string error;
  std::string log;  // the last 64 KiB of its output
};

enum class Result { passed, failed, canceled, skipped };
std::string_view to_string(Result result);

struct Test {
  std::string name;  // the command or the stage
  Result result = Result::passed;
  std::chrono::milliseconds duration{0};
  std::string output;  // the last 64 KiB
};

struct Layer {
  std::string digest;
  std::uint64_t size = 0;  // compressed, as it is pulled
  std::string step;        // what made it, by the config's history; may be empty
};

// One platform of a run.
struct Leg {
  oci::Platform platform;
  Result result = Result::passed;
  bool optional = false;
  bool emulated = false;
  std::string node;             // builder/node that solved it
  std::optional<Time> started;  // its solve
  std::chrono::milliseconds duration{0};
  int steps = 0;
  int cached_steps = 0;
  std::uint64_t size = 0;  // compressed bytes of config and layers
  std::string digest;      // of the platform's manifest; empty: none
  std::string error;
  std::vector<Test> tests;
  std::vector<Layer> layers;  // from the base up; empty: not known
};

struct Warning {
  std::string message;
  std::string file;  // may be empty
  int line = 0;
  std::string hint;
};

// One way of a cache mount's contents.
struct MountTransfer {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;                // of the files
  std::uint64_t moved_bytes = 0;          // compressed, from or to the registry
  std::chrono::milliseconds duration{0};  // of all mounts of its node together
};

struct MountUse {
  std::string id;
  oci::Platform platform;  // of the node that keeps it
  std::optional<MountTransfer> restored, saved;
};

struct Run {
  std::string id;
  std::string engine_version;
  std::string context;
  std::string dockerfile;
  Result result = Result::passed;
  std::string error;
  Time started;
  std::chrono::milliseconds duration{0};
  std::string reference;  // the first tag that was published, or empty
  std::string digest;     // of the index; empty: none
  std::vector<std::string> tags;
  std::vector<Leg> legs;
  std::vector<Step> steps;
  std::vector<Warning> warnings;
  std::vector<MountUse> mounts;
};

// The same with no more than `bytes` of output of steps and tests, and the most telling `steps` of its steps: what
// failed is kept longest, and of each output its end.
Run trimmed(Run run, std::size_t bytes, std::size_t steps);

// Steps that took over `ratio` times longer emulated than the same step took natively in this run, and over 1 s: a
// warning each, with the Dockerfile line and the cure.
std::vector<Warning> slow_emulation(const Run& run, double ratio = 5.0);

}  // namespace polyarch::report
