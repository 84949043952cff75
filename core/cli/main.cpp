#include <algorithm>

#include "cli/run.hpp"

int main(int argc, char** argv) {
  return polyarch::cli::run({argv + std::min(argc, 1), argv + argc});
}
