#include <fmt/core.h>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "server/garbage.hpp"

namespace polyarch::app {
namespace {

constexpr std::uint64_t max_manifest = std::uint64_t{1} << 30;  // whatever a registry was told to take

}  // namespace

int registry_gc(const spec::GcOptions& options, Context& context) {
  if (!std::filesystem::exists(server::Paths(options.directory).marker())) {
    throw Error(ErrorKind::input, fmt::format("{} holds no registry", options.directory),
                "name the directory that `polyarch registry serve --dir` was given");
  }
  server::Store store(options.directory, max_manifest, options.dry_run ? server::Access::read : server::Access::write);
  const auto garbage = server::find_garbage(store, options.untagged);
  for (const auto& [name, digest] : garbage.manifests) {
    context.out << fmt::format("manifest {}@{}\n", name.str(), digest.str());
  }
  for (const auto& [name, digest] : garbage.blobs) {
    context.out << fmt::format("blob {}@{}\n", name.str(), digest.str());
  }
  if (!options.dry_run) server::remove_garbage(store, garbage);
  context.out << fmt::format("{} {} manifests and {} blobs of repositories; {} files, {}\n",
                             options.dry_run ? "would remove" : "removed", garbage.manifests.size(),
                             garbage.blobs.size(), garbage.content.size(), text::human_size(garbage.bytes));
  return 0;
}

}  // namespace polyarch::app
