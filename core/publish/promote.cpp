#include "publish/promote.hpp"

#include <fmt/core.h>
#include <functional>
#include <mutex>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/parallel.hpp"

namespace polyarch::publish {
namespace {

constexpr std::size_t parallel_requests = 8;

}  // namespace

oci::Descriptor promote(registry::Client& client, const Artifact& artifact, const std::vector<oci::Reference>& tags) {
  const auto digest = Digest::sha256(artifact.bytes);
  std::set<oci::Repository> repositories;
  for (const auto& tag : tags) repositories.insert(tag.repository);

  std::vector<std::function<void()>> puts;
  for (const auto& repository : repositories) {
    puts.emplace_back([&] {
      client.put_manifest({repository, std::nullopt, digest}, artifact.media_type, artifact.bytes);
    });
  }
  sys::run_parallel(puts, parallel_requests);

  std::mutex mutex;
  std::vector<std::string> moved;
  std::vector<std::string> unmoved;
  std::vector<std::function<void()>> moves;
  for (const auto& tag : tags) {
    moves.emplace_back([&] {
      try {
        client.put_manifest(tag, artifact.media_type, artifact.bytes);
        const std::lock_guard lock(mutex);
        moved.push_back(tag.str());
      } catch (const Error& error) {
        const std::lock_guard lock(mutex);
        unmoved.push_back(fmt::format("{} ({})", tag.str(), error.message()));
      }
    });
  }
  sys::run_parallel(moves, parallel_requests);
  if (!unmoved.empty()) {
    throw Error(ErrorKind::publish,
                fmt::format("not every tag could be moved to {}; not moved: {}{}{}", digest.str(),
                            text::join(unmoved, ", "), moved.empty() ? "" : "; moved: ", text::join(moved, ", ")),
                "run the same command again: what is pushed already is not sent again");
  }
  return {artifact.media_type, digest, artifact.bytes.size(), std::nullopt, {}, {}, Json::object()};
}

}  // namespace polyarch::publish
