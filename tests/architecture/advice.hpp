#pragma once
#include <string>
#include <vector>

#include "architecture/rules.hpp"

// What the engine advises when something goes wrong, read from the sources of core/. A hint is the argument of a
// parameter, or the value of a member or constant, that is called hint or cure.
namespace polyarch::architecture {

struct Advice {
  std::string where;    // "core/app/plan.cpp:12"
  std::string kind;     // of the error, "usage"; empty: a warning, or told by the caller
  std::string message;  // "…" stands for what is known at run time only; empty: told elsewhere
  std::string hint;
};

struct AllAdvice {
  std::vector<Advice> advice;
  Breaches unread;  // hints that come from where this cannot follow them
};

AllAdvice read_advice(const std::vector<SourceFile>& files);

// The row of docs/troubleshooting.md; with an empty message only the end of one.
std::string row_of(const Advice& advice);

}  // namespace polyarch::architecture
