#include "dockerfile/graph.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dockerfile/expand.hpp"
#include "dockerfile/instruction.hpp"
#include "dockerfile/words.hpp"

namespace polyarch::dockerfile {
namespace {

using StageNames = std::map<std::string, std::size_t, std::less<>>;

std::optional<oci::Platform> parse_platform(const std::optional<std::string>& text) {
  try {
    if (text) return oci::Platform::parse(*text);
  } catch (const Error&) {
    // The frontend refuses it with a message of its own; here it is unknown.
  }
  return std::nullopt;
}

// "docker.io/library/alpine:latest" is the context "alpine", for all platforms or for one ("alpine::linux/arm64").
bool is_context(const Request& request, std::string_view reference) {
  auto name = text::lower(reference);
  for (const std::string_view prefix : {"docker.io/", "library/"}) {
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
  }
  if (name.ends_with(":latest")) name.resize(name.size() - 7);
  return std::ranges::any_of(request.contexts, [&](const std::string& context) {
    return context == name || context == text::lower(reference) || context == name + "::" + request.platform.str();
  });
}

// The parts of the graph that one stage adds: what its instructions take from elsewhere.
class Sources {
 public:
  Sources(const Request& request, const StageNames& names, std::size_t stages)
      : request_(request), names_(names), stages_(stages) {}

  void add(const Instruction& instruction, StageFacts& facts) const {
    if (instruction.name == "COPY") {
      const auto from = flag_value(instruction.flags, "--from");
      const auto index = text::to_number(from);
      if (!index) return add_name(from, instruction.first_line, facts);
      if (*index < stages_) facts.copies_from.push_back(*index);
    }
    if (instruction.name == "RUN") {
      for (const auto& mount : mounts_of(instruction)) {
        if (const auto from = mount.find("from"); from != mount.end()) {
          add_name(from->second, instruction.first_line, facts);
        }
      }
    }
  }

 private:
  // No variable is expanded here by the frontend either.
  void add_name(const std::string& from, int line, StageFacts& facts) const {
    if (from.empty() || from == "scratch" || from.find('$') != std::string::npos) return;
    if (const auto stage = names_.find(text::lower(from)); stage != names_.end()) {
      facts.copies_from.push_back(stage->second);
    } else if (!is_context(request_, from)) {
      facts.images.push_back({from, line});
    }
  }

  const Request& request_;
  const StageNames& names_;
  std::size_t stages_;
};

// What FROM says of a stage; `earlier` holds the names of the stages before it.
void examine_base(const Stage& stage, const Request& request, const StageNames& earlier, const Arguments& globals,
                  char escape, const std::vector<StageFacts>& before, StageFacts& facts) {
  const auto base = expand(stage.base, globals, escape);
  if (base) {
    if (const auto found = earlier.find(*base); found != earlier.end()) {
      facts.base = found->second;
      facts.platform = before[found->second].platform;
      return;
    }
    if (!base->empty() && *base != "scratch" && !is_context(request, *base)) facts.image = base;
  }
  facts.platform = stage.platform.empty() ? std::optional(request.platform)
                                          : parse_platform(expand(stage.platform, globals, escape));
}

void mark_needed(std::vector<StageFacts>& stages, std::size_t target) {
  std::vector<std::size_t> open{target};
  while (!open.empty()) {
    auto& stage = stages[open.back()];
    open.pop_back();
    if (stage.needed) continue;
    stage.needed = true;
    if (stage.base) open.push_back(*stage.base);
    open.insert(open.end(), stage.copies_from.begin(), stage.copies_from.end());
  }
}

}  // namespace

std::vector<Arguments> mounts_of(const Instruction& run) {
  std::vector<Arguments> mounts;
  for (const auto& flag : run.flags) {
    const auto parts = text::cut(flag, '=');
    if (!parts || parts->first != "--mount") continue;
    auto& mount = mounts.emplace_back();
    for (const auto field : text::split(parts->second, ',')) {
      const auto pair = text::cut(field, '=');
      mount[text::lower(pair ? pair->first : field)] = pair ? pair->second : "";
    }
  }
  return mounts;
}

std::vector<StageFacts> examine(const Dockerfile& file, const Request& request) {
  const auto globals =
      global_arguments(file, request.target, request.platform, request.build_platform, request.build_args);
  StageNames names;  // COPY and mounts may name a later stage too
  for (std::size_t i = 0; i < file.stages.size(); ++i) names[file.stages[i].name] = i;
  names.erase("");
  const Sources sources(request, names, file.stages.size());

  std::vector<StageFacts> stages(file.stages.size());
  StageNames earlier;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& stage = file.stages[i];
    if (!stage.name.empty() && is_context(request, stage.name)) {
      earlier[stage.name] = i;  // the context stands in for the whole stage
      continue;
    }
    examine_base(stage, request, earlier, globals, file.escape, stages, stages[i]);
    if (!stage.name.empty()) earlier[stage.name] = i;
    for (const auto& instruction : stage.instructions) sources.add(instruction, stages[i]);
    if (!stages[i].base) continue;
    for (const auto& instruction : file.stages[*stages[i].base].instructions) {
      if (instruction.name != "ONBUILD") continue;
      auto trigger = split_instruction(instruction.arguments, file.escape);
      trigger.first_line = instruction.first_line;
      sources.add(trigger, stages[i]);
    }
  }
  mark_needed(stages, find_stage(file, request.target));
  return stages;
}

}  // namespace polyarch::dockerfile
