#include <algorithm>
#include <functional>

#include "report/run.hpp"

namespace polyarch::report {
namespace {

constexpr std::size_t longest_line = 2U << 10;  // of names and messages
constexpr std::size_t most_warnings = 1000;

void keep_end(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  auto begin = text.size() - bytes;
  // Neither in the middle of a character, nor (where there are lines) in the middle of one.
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) ++begin;
  if (const auto line = text.find('\n', begin - 1); line != std::string::npos && line + 1 < text.size())
    begin = line + 1;
  text.erase(0, begin);
}

void keep_start(std::string& text) {
  if (text.size() <= longest_line) return;
  auto end = longest_line;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

// Each gets the same share of what is left; what it does not need goes to the others.
void share(std::vector<std::string*> texts, std::size_t& bytes) {
  std::ranges::sort(texts, {}, [](const auto* text) { return text->size(); });
  for (std::size_t i = 0; i < texts.size(); ++i) {
    keep_end(*texts[i], bytes / (texts.size() - i));
    bytes -= texts[i]->size();
  }
}

void trim_outputs(Run& run, std::size_t bytes) {
  std::vector<std::string*> failed;
  std::vector<std::string*> rest;
  for (auto& step : run.steps) (step.error.empty() ? rest : failed).push_back(&step.log);
  for (auto& leg : run.legs) {
    for (auto& test : leg.tests) (test.result == Result::failed ? failed : rest).push_back(&test.output);
  }
  share(failed, bytes);
  share(rest, bytes);
}

// First what failed, then what took longest; they stay in their order.
void trim_steps(std::vector<Step>& steps, std::size_t most) {
  if (steps.size() <= most) return;
  std::vector<std::size_t> order(steps.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::greater{},
                           [&](std::size_t i) { return std::pair(!steps[i].error.empty(), steps[i].duration); });
  order.resize(most);
  std::ranges::sort(order);
  std::vector<Step> kept;
  for (const auto i : order) kept.push_back(std::move(steps[i]));
  steps = std::move(kept);
}

}  // namespace

Run trimmed(Run run, std::size_t bytes, std::size_t steps) {
  trim_steps(run.steps, steps);
  trim_outputs(run, bytes);
  if (run.warnings.size() > most_warnings) run.warnings.resize(most_warnings);
  for (auto& step : run.steps) {
    keep_start(step.name);
    keep_start(step.error);
  }
  for (auto& warning : run.warnings) {
    for (auto* text : {&warning.message, &warning.file, &warning.hint}) keep_start(*text);
  }
  for (auto& mount : run.mounts) keep_start(mount.id);
  keep_start(run.error);
  for (auto& leg : run.legs) {
    keep_start(leg.error);
    for (auto& test : leg.tests) keep_start(test.name);
    for (auto& layer : leg.layers) keep_start(layer.step);
  }
  return run;
}

}  // namespace polyarch::report
