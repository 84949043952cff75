#pragma once
#include <istream>
#include <ostream>

#include "base/clock.hpp"
#include "ci/host.hpp"
#include "sys/cancel.hpp"
#include "sys/environment.hpp"
#include "sys/process.hpp"

namespace polyarch::app {

// How a person, or a log, is talked to.
struct Terminal {
  bool interactive = false;  // standard error is a terminal that redraws
  bool color = false;        // of standard error
  bool color_out = false;    // of standard output
  bool quiet = false;
  int width = 80;
};

// What every use case may touch of the world. Made once in main; outlives all use cases.
struct Context {
  std::istream& in;
  std::ostream& out;  // results
  std::ostream& err;  // progress and messages
  Terminal terminal;
  sys::Environment environment;
  ci::Host host;
  Clock& clock;
  sys::Cancel& cancel;
  sys::Runner& runner;   // ended by `cancel`
  sys::Runner& cleanup;  // not ended by it: takes down what a run put up
};

}  // namespace polyarch::app
