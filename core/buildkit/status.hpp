#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/run.hpp"

namespace polyarch::buildkit {

// One line of `--progress=rawjson` (BuildKit client.SolveStatus), as far as the engine uses it.
struct VertexUpdate {
  std::string id;  // digest
  std::string name;
  std::vector<std::string> inputs;
  std::optional<report::Time> started;
  std::optional<report::Time> completed;
  bool cached = false;
  std::string error;
};

struct LogChunk {
  std::string vertex;
  std::string data;  // any bytes, cut anywhere
};

struct Status {
  std::vector<VertexUpdate> vertexes;
  std::vector<std::string> transfers;  // vertexes whose result is being fetched or unpacked
  std::vector<LogChunk> logs;
  std::vector<report::Warning> warnings;
};

// nullopt: the line is no progress. Members of a wrong type are taken for absent. Text is as it came, not printable.
std::optional<Status> parse_status(std::string_view line);

}  // namespace polyarch::buildkit
