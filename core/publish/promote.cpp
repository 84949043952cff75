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

// Which puts worked, and which did not and why.
struct Outcome {
  std::vector<std::string> done;
  std::vector<std::string> failed;
};

// Tries every one, whatever becomes of the others.
Outcome put_all(registry::Client& client, const Artifact& artifact, const std::vector<oci::Reference>& references) {
  Outcome out;
  std::mutex mutex;
  std::vector<std::function<void()>> puts;
  for (const auto& reference : references) {
    puts.emplace_back([&] {
      std::string problem;
      try {
        client.put_manifest(reference, artifact.media_type, artifact.bytes);
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::interrupted) throw;
        problem = error.message();
      }
      const std::lock_guard lock(mutex);
      if (problem.empty())
        out.done.push_back(reference.str());
      else
        out.failed.push_back(fmt::format("{} ({})", reference.str(), problem));
    });
  }
  sys::run_parallel(puts, parallel_requests);
  return out;
}

}  // namespace

oci::Descriptor promote(registry::Client& client, const Artifact& artifact, const std::vector<oci::Reference>& tags) {
  const auto digest = Digest::sha256(artifact.bytes);
  std::set<oci::Reference> copies;
  for (const auto& tag : tags) copies.insert(tag.with(digest));
  const auto staged = put_all(client, artifact, {copies.begin(), copies.end()});
  if (!staged.failed.empty()) {
    throw Error(ErrorKind::publish, fmt::format("no tag was moved: not accepted: {}", text::join(staged.failed, ", ")),
                "run the same command again: what is pushed already is not sent again");
  }
  const auto moved = put_all(client, artifact, tags);
  if (!moved.failed.empty()) {
    throw Error(ErrorKind::publish,
                fmt::format("not every tag could be moved to {}; not moved: {}{}{}", digest.str(),
                            text::join(moved.failed, ", "),
                            moved.done.empty() ? "" : "; moved: ", text::join(moved.done, ", ")),
                "run the same command again: what is pushed already is not sent again");
  }
  return {.media_type = artifact.media_type, .digest = digest, .size = artifact.bytes.size()};
}

}  // namespace polyarch::publish
