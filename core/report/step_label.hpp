#pragma once
#include <string>
#include <string_view>

namespace polyarch::report {

// The name of a step without its platform: "[linux/arm64 build 2/4] RUN make" is stage "build", 2 of 4, "RUN make".
struct StepLabel {
  std::string stage;
  std::string index;  // "2"; empty: the step is not counted
  int total = 0;      // 4
  std::string text;   // "RUN make"

  static StepLabel parse(std::string_view name);
  // "build 2/4 RUN make"
  std::string str() const;
};

}  // namespace polyarch::report
