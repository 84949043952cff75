#pragma once
#include <string>

namespace polyarch::ci {

enum class Severity { notice, warning, error };

// A message that a host shows outside the log, beside the code where it knows the place.
struct Annotation {
  Severity severity = Severity::notice;
  std::string message;  // may have several lines
  std::string title;    // may be empty
  std::string file;     // as the repository names it; empty: none
  int line = 0;         // 0: none
};

}  // namespace polyarch::ci
