#include "report/run.hpp"

namespace polyarch::report {

std::string_view to_string(Result result) {
  switch (result) {
    case Result::passed:
      return "passed";
    case Result::failed:
      return "failed";
    case Result::canceled:
      return "canceled";
    case Result::skipped:
      return "skipped";
  }
  return "failed";
}

}  // namespace polyarch::report
