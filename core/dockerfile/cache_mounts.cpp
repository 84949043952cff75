#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "dockerfile/dockerfile.hpp"
#include "dockerfile/expand.hpp"
#include "dockerfile/graph.hpp"
#include "dockerfile/stage_arguments.hpp"

namespace polyarch::dockerfile {
namespace {

std::string value_of(const Arguments& mount, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto found = mount.find(name); found != mount.end()) return found->second;
  }
  return {};
}

// path.Clean of Go, as BuildKit makes an id of a target.
std::string cleaned(const std::string& path) {
  auto out = std::filesystem::path(path).lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

CacheMount read_mount(const Arguments& mount, const Arguments& values, char escape) {
  const auto target = value_of(mount, {"target", "dst", "destination"});
  const auto whole = expand(target, values, escape);
  CacheMount out{.target = whole.value_or(target)};
  const auto given = value_of(mount, {"id"});
  const auto id = given.empty() ? whole : expand(given, values, escape);
  if (id) out.id = given.empty() ? cleaned(*id) : *id;
  const auto from = value_of(mount, {"from"});
  if (from != "scratch") out.from = from;
  // A mount of a part has the owner of that part.
  if (!value_of(mount, {"source", "src"}).empty()) return out;
  for (const char* name : {"uid", "gid", "mode"}) {
    const auto text = expand(value_of(mount, {name}), values, escape);
    if (text && text->empty()) continue;
    // An owner that cannot be told makes a directory that cannot be told.
    if (!text) out.id.clear();
    out.owner += (out.owner.empty() ? "" : ",") + std::string(name) + "=" + text.value_or("");
  }
  return out;
}

}  // namespace

std::vector<CacheMount> cache_mounts(const Dockerfile& file, std::string_view target, const oci::Platform& platform,
                                     const oci::Platform& build_platform, const Arguments& build_args,
                                     const std::vector<std::string>& contexts) {
  const auto stages = examine(file, {std::string(target), platform, build_platform, build_args, contexts});
  const auto globals = global_arguments(file, target, platform, build_platform, build_args);
  std::vector<CacheMount> out;
  std::vector<StageArguments> ends;  // as each stage left them
  for (std::size_t i = 0; i < stages.size(); ++i) {
    auto arguments = stages[i].base ? ends[*stages[i].base] : StageArguments(globals, build_args, file.escape);
    for (const auto& instruction : file.stages[i].instructions) {
      arguments.take(instruction);
      if (instruction.name != "RUN" || !stages[i].needed) continue;
      for (const auto& fields : mounts_of(instruction)) {
        if (text::lower(value_of(fields, {"type"})) != "cache") continue;
        auto mount = read_mount(fields, arguments.values(), file.escape);
        mount.platform = stages[i].platform.value_or(platform);
        mount.line = instruction.first_line;
        const auto same = [&](const CacheMount& other) {
          return !mount.id.empty() && other.id == mount.id && other.owner == mount.owner && other.from == mount.from &&
                 other.platform == mount.platform;
        };
        if (std::ranges::none_of(out, same)) out.push_back(std::move(mount));
      }
    }
    ends.push_back(std::move(arguments));
  }
  return out;
}

}  // namespace polyarch::dockerfile
