#include "dockerfile/stage_arguments.hpp"

#include "base/text.hpp"
#include "dockerfile/expand.hpp"
#include "dockerfile/words.hpp"

namespace polyarch::dockerfile {

void StageArguments::take(const Instruction& instruction) {
  if (instruction.name == "ENV") set_environment(instruction);
  if (instruction.name != "ARG") return;
  for (const auto& word : raw_words(instruction.arguments, escape_)) declare(word);
}

Arguments StageArguments::values() const {
  auto out = environment_;
  out.insert(arguments_.begin(), arguments_.end());
  for (const char* prefix : {"TARGET", "BUILD"}) {
    for (const char* name : {"PLATFORM", "OS", "ARCH", "VARIANT", "OSVERSION"}) {
      out.try_emplace(std::string(prefix) + name, "");
    }
  }
  return out;
}

void StageArguments::declare(const std::string& word) {
  const auto parts = text::cut(word, '=');
  const std::string name(parts ? parts->first : word);
  if (const auto given = build_args_->find(name); given != build_args_->end()) {
    arguments_[name] = given->second;
  } else if (parts) {
    set(arguments_, name, parts->second);
  } else {
    const auto global = globals_->find(name);
    arguments_[name] = global == globals_->end() ? "" : global->second;
  }
}

// "ENV A=1 B=2", or the old "ENV A 1 2".
void StageArguments::set_environment(const Instruction& instruction) {
  const auto words = raw_words(instruction.arguments, escape_);
  if (words.empty()) return;
  if (words.front().find('=') == std::string::npos) {
    const auto rest = std::string_view(instruction.arguments).substr(words.front().size());
    return set(environment_, words.front(), text::trim(rest));
  }
  for (const auto& word : words) {
    if (const auto parts = text::cut(word, '=')) set(environment_, std::string(parts->first), parts->second);
  }
}

// What cannot be told must not be taken for what it was before.
void StageArguments::set(Arguments& where, const std::string& name, std::string_view text) {
  const auto value = expand(text, values(), escape_);
  if (value)
    where[name] = *value;
  else
    where.erase(name);
}

}  // namespace polyarch::dockerfile
