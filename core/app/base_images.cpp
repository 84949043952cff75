#include "app/base_images.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>

#include "app/scoped.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t parallel_lookups = 6;

dockerfile::Arguments arguments(const spec::BuildOptions& options, const oci::Platform& platform) {
  dockerfile::Arguments out;
  for (const auto& argument : values_for(options.build_args, platform)) {
    if (const auto pair = text::cut(argument, '=')) out[std::string(pair->first)] = std::string(pair->second);
  }
  return out;
}

std::vector<std::string> context_names(const spec::BuildOptions& options) {
  std::vector<std::string> out;
  for (const auto& context : options.build_contexts) out.push_back(text::lower(context.substr(0, context.find('='))));
  return out;
}

// A platform that an image of `has` serves: the same, or one without a variant for one with (amd64 for amd64/v3).
bool serves(const oci::Platform& has, const oci::Platform& wanted) {
  if (has.os != wanted.os || has.architecture != wanted.architecture) return false;
  if (wanted.architecture == "arm") return has.variant <= wanted.variant;
  return true;
}

void check(registry::Client& client, const std::string& name, const std::vector<dockerfile::BaseImage>& needs,
           const std::vector<oci::Platform>& optional, const std::string& filename) {
  const auto reference = oci::Reference::parse(name);
  std::optional<registry::Content> content;
  try {
    content = client.get_manifest(reference);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    log::debug("cannot look at base image {}: {}", name, error.message());
  }
  if (!content || !oci::media_type::is_index(content->descriptor.media_type)) return;
  const auto index = oci::Index::parse(content->bytes, name);
  std::vector<std::string> has;
  for (const auto& entry : index.manifests) {
    if (entry.platform && !entry.platform->unknown()) has.push_back(entry.platform->str());
  }
  for (const auto& need : needs) {
    const bool there = std::ranges::any_of(
        index.manifests, [&](const auto& entry) { return !entry.platform || serves(*entry.platform, need.platform); });
    if (there || std::ranges::find(optional, need.platform) != optional.end()) continue;
    throw Error(ErrorKind::input,
                fmt::format("{}:{}: base image {} has {}; not {}", filename, need.line, name, text::join(has, ", "),
                            need.platform.str()),
                fmt::format("choose another base image, or leave {} out of --platform", need.platform.str()));
  }
}

}  // namespace

BaseImages find_base_images(const spec::BuildOptions& options, const std::optional<dockerfile::Dockerfile>& file,
                            const std::vector<oci::Platform>& platforms, const oci::Platform& machine) {
  BaseImages out;
  if (!file) return out;
  for (const auto& platform : platforms) {
    for (auto& image : dockerfile::base_images(*file, options.target, platform, machine, arguments(options, platform),
                                               context_names(options))) {
      auto& needs = out[image.reference];
      needs.push_back(std::move(image));
    }
  }
  return out;
}

void check_base_images(const BaseImages& images, const std::vector<oci::Platform>& optional,
                       const std::string& filename, registry::Client& client) {
  std::vector<std::function<void()>> lookups;
  for (const auto& [name, needs] : images) {
    lookups.emplace_back([&, &base = name, &wanted = needs] { check(client, base, wanted, optional, filename); });
  }
  sys::run_parallel(lookups, parallel_lookups);
}

}  // namespace polyarch::app
