#include "app/step_line.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "report/step_label.hpp"

namespace polyarch::app {
namespace {

// BuildKit numbers FROM and these.
bool is_numbered(const dockerfile::Instruction& instruction) {
  static constexpr std::array names{"RUN", "COPY", "ADD", "WORKDIR"};
  return std::ranges::find(names, instruction.name) != names.end();
}

// As BuildKit shows it: the only stage of a file goes without a name.
std::string name_of(const dockerfile::Dockerfile& file, std::size_t stage) {
  if (file.stages.size() == 1) return {};
  const auto& name = file.stages[stage].name;
  return name.empty() ? "stage-" + std::to_string(stage) : name;
}

}  // namespace

int step_line(const dockerfile::Dockerfile& file, std::string_view step_name) {
  const auto label = report::StepLabel::parse(step_name);
  const auto number = text::to_number(label.index);
  if (!number || *number == 0) return 0;
  for (std::size_t i = 0; i < file.stages.size(); ++i) {
    const auto& stage = file.stages[i];
    if (name_of(file, i) != label.stage) continue;
    // A base image's ONBUILD adds steps: then the numbers are not those of the file.
    if (std::ranges::count_if(stage.instructions, is_numbered) + 1 != label.total) return 0;
    if (*number == 1) return stage.from.first_line;
    std::uint64_t passed = 1;
    for (const auto& instruction : stage.instructions) {
      if (is_numbered(instruction) && ++passed == *number) return instruction.first_line;
    }
  }
  return 0;
}

}  // namespace polyarch::app
