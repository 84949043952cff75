#pragma once
#include <string>
#include <vector>

#include "report/run.hpp"

// What caches cost a run, and what they gave.
namespace polyarch::report {

struct LayerCache {
  std::chrono::milliseconds imported{0};  // added up over the builders
  std::chrono::milliseconds exported{0};
  std::chrono::milliseconds ran{0};  // steps that the cache did not have
  int steps = 0;                     // of all legs
  int hits = 0;
  bool used() const { return imported.count() > 0 || exported.count() > 0; }
};
LayerCache layer_cache(const Run& run);

// A line each: the layer cache, then every cache mount that was filled or saved.
std::vector<std::string> cache_lines(const Run& run);

// A warning when the export took longer, by over a second, than all that it can ever spare: the steps of a run that
// found none of them in the cache. How long hits would have taken is not known, so that a run with hits gets none.
std::vector<Warning> costly_cache(const Run& run);

}  // namespace polyarch::report
