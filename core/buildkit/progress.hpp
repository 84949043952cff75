#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "report/progress.hpp"
#include "report/run.hpp"

namespace polyarch::buildkit {

// Reads `--progress=rawjson` line by line and keeps the steps of one solve (BuildKit client.SolveStatus). Lines that are
// not JSON objects of that shape are kept as plain output (an error message of buildx). Bounded: at most 20,000 steps; a line over
// 16 MiB is dropped. Not for several threads.
class ProgressStream {
 public:
  struct Listener {
    std::function<void(const report::Step&)> step;  // on each change of state
    std::function<void(const report::LogLine&)> log;
    std::function<void(const std::string&)> warning;  // BuildKit's own lint warnings, one line each
  };
  ProgressStream(std::vector<oci::Platform> platforms, Listener listener);

  void feed(std::string_view line);
  // Every step so far, in the order of their first appearance, platform recovered through the inputs where the name
  // has none. A step that several platforms need has none.
  std::vector<report::Step> steps() const;
  // What was no progress: the messages of buildx itself.
  const std::string& output() const { return output_; }

 private:
  struct Vertex;
  std::vector<oci::Platform> platforms_;
  Listener listener_;
  std::vector<std::string> order_;
  std::unordered_map<std::string, report::Step> steps_;
  std::unordered_map<std::string, std::vector<std::string>> inputs_;
  std::string output_;
};

}  // namespace polyarch::buildkit
