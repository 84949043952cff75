#include "app/push_targets.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "app/scoped.hpp"
#include "app/tag_option.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

// "type=image,name=a,push=true"; values in double quotes may hold commas (CSV, as buildx reads it).
std::map<std::string, std::string> attributes(std::string_view output) {
  std::map<std::string, std::string> out;
  std::string item;
  bool quoted = false;
  const auto take = [&] {
    const auto pair = text::cut(item, '=');
    if (pair) out[std::string(pair->first)] = std::string(pair->second);
    item.clear();
  };
  for (const char c : output) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      take();
    else
      item += c;
  }
  take();
  return out;
}

void add_tags(PushTargets& targets, std::string_view list) {
  for (const auto name : text::split(list, ',')) {
    const auto trimmed = text::trim(name);
    if (trimmed.empty()) continue;
    const auto scoped = parse_scoped(std::string(trimmed));
    auto reference = parse_tag(scoped.value);
    auto& list_of = scoped.platform ? targets.own[*scoped.platform] : targets.tags;
    if (std::ranges::find(list_of, reference) == list_of.end()) list_of.push_back(std::move(reference));
  }
}

void add_output(PushTargets& targets, const std::string& output) {
  const auto values = attributes(output);
  const auto value = [&](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  const auto type = value("type");
  const bool pushes = type == "registry" || (type == "image" && value("push") == "true");
  if (!pushes || value("push-by-digest") == "true") {
    targets.exports.push_back(output);
    return;
  }
  targets.push = true;
  add_tags(targets, value("name"));
  for (const auto& [key, text] : values) {
    const bool ours =
        key == "type" || key == "name" || key == "push" || key == "name-canonical" || key == "registry.insecure";
    if (!ours) targets.attributes += fmt::format(",{}={}", key, text);
  }
}

// One tag cannot name the whole and one platform's image, nor those of two platforms.
void check_owners(const PushTargets& targets) {
  std::map<oci::Reference, std::string> owners;
  for (const auto& tag : targets.tags) owners.emplace(tag, tag.str());
  for (const auto& [platform, tags] : targets.own) {
    for (const auto& tag : tags) {
      const auto text = fmt::format("{}:{}", platform.str(), tag.str());
      const auto [owner, fresh] = owners.emplace(tag, text);
      if (fresh) continue;
      throw Error(ErrorKind::usage,
                  fmt::format("--tag {} and --tag {} name two images by one tag", owner->second, text),
                  "give one of them another tag");
    }
  }
}

}  // namespace

std::set<oci::Repository> PushTargets::repositories() const {
  std::set<oci::Repository> out;
  if (!push) return out;
  for (const auto& tag : tags) out.insert(tag.repository);
  for (const auto& [platform, references] : own) {
    for (const auto& tag : references) out.insert(tag.repository);
  }
  return out;
}

PushTargets push_targets(const spec::BuildOptions& options, const std::vector<oci::Platform>& platforms) {
  PushTargets targets;
  targets.push = options.push;
  check_scopes("tag", options.tags, platforms);
  for (const auto& tag : options.tags) add_tags(targets, tag);
  for (const auto& output : options.outputs) add_output(targets, output);
  if (targets.push && targets.tags.empty()) {
    throw Error(ErrorKind::usage, "--push needs a tag that says where to", "add --tag REGISTRY/REPOSITORY:TAG");
  }
  if (targets.push) check_owners(targets);
  return targets;
}

}  // namespace polyarch::app
