#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "buildkit/status.hpp"
#include "buildkit/step_log.hpp"
#include "buildkit/vertex_graph.hpp"
#include "report/progress.hpp"
#include "report/run.hpp"

namespace polyarch::buildkit {

// Reads `--progress=rawjson` line by line and keeps the steps of one solve (BuildKit client.SolveStatus): an object a
// line or, as buildx 0.13 writes it, over several lines from "{" to "}". What is no object of that shape is kept as
// plain output (an error message of buildx). Bounded: at most 20,000 steps, 64 KiB of log a step and 16 MiB in all; an
// object over 16 MiB is dropped. All text that goes out is printable and redacted. Not for several threads.
class ProgressStream {
 public:
  struct Listener {
    std::function<void(const report::Step&)> step;  // on each change of state
    std::function<void(const report::LogLine&)> log;
    std::function<void(const report::Warning&)> warning;  // BuildKit's own lint; a cache that could not be read
  };
  struct Limits {
    std::size_t steps = 20'000;
    std::size_t logs = 16U << 20;  // bytes, all steps together
  };
  // `platforms`: those of the solve. `emulated`: those that the node runs under QEMU; RUN steps on them are marked.
  ProgressStream(std::vector<oci::Platform> platforms, Listener listener, std::vector<oci::Platform> emulated,
                 Limits limits);
  ProgressStream(std::vector<oci::Platform> platforms, Listener listener, std::vector<oci::Platform> emulated = {})
      : ProgressStream(std::move(platforms), std::move(listener), std::move(emulated), Limits{}) {}

  void feed(std::string_view line);
  // The stream has ended: hands on what still waits for its end.
  void finish();
  // Every step so far, in the order of their first appearance, platform recovered through the inputs where the name
  // has none. A step that several platforms need has none.
  std::vector<report::Step> steps() const;
  // The step that made the solve fail: the one whose error buildx repeats, else the first that failed by itself.
  std::optional<report::Step> failed_step() const;
  // What was no progress: the messages of buildx itself; the last 256 KiB.
  const std::string& output() const { return output_; }

 private:
  struct Vertex {
    report::Step step;
    StepLog log;
    std::optional<report::Time> run_started;  // of the latest of its runs
    std::chrono::milliseconds earlier{0};     // what the runs before that took
    bool transfers = false;                   // the latest run fetches or unpacks a result
  };

  report::Step snapshot(const Vertex& vertex) const;
  void read(std::string_view object);
  void keep_output(std::string_view lines);
  void update(const std::vector<VertexUpdate>& updates);
  // nullptr: one step more than are kept.
  Vertex* find_or_add(const VertexUpdate& update);
  // True when the step started, ended, or failed by it.
  bool apply(const VertexUpdate& update, Vertex& vertex);
  void fail(Vertex& vertex, const std::string& error);
  void write(Vertex& vertex, const std::vector<std::string>& lines);
  void shrink_logs();
  void warn(report::Warning warning);

  Listener listener_;
  std::vector<oci::Platform> emulated_;
  Limits limits_;
  std::optional<oci::Platform> only_platform_;
  VertexGraph graph_;
  std::unordered_map<std::string, Vertex> vertices_;
  std::vector<std::string> order_;
  std::unordered_set<std::string> warned_;
  std::size_t log_bytes_ = 0;
  std::string open_object_;  // its lines so far
  std::string output_;
};

}  // namespace polyarch::buildkit
