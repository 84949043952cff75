#include "publish/promote.hpp"

#include <fmt/core.h>
#include <functional>
#include <map>
#include <mutex>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/parallel.hpp"

namespace polyarch::publish {
namespace {

constexpr auto run_again = "run the same command again: what is pushed already is not sent again";

// An artifact under one name.
struct Put {
  oci::Reference reference;
  const Artifact* artifact;
};

// Which puts worked, and which did not and why.
struct Outcome {
  std::vector<std::string> done;
  std::vector<std::string> failed;
};

// Tries every one, whatever becomes of the others.
Outcome put_all(registry::Client& client, const std::vector<Put>& puts) {
  Outcome out;
  std::mutex mutex;
  std::vector<std::function<void()>> tasks;
  for (const auto& put : puts) {
    tasks.emplace_back([&] {
      std::string problem;
      try {
        client.put_manifest(put.reference, put.artifact->media_type, put.artifact->bytes);
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::interrupted) throw;
        problem = error.message();
      }
      const std::lock_guard lock(mutex);
      if (problem.empty())
        out.done.push_back(put.reference.str());
      else
        out.failed.push_back(fmt::format("{} ({})", put.reference.str(), problem));
    });
  }
  sys::run_parallel(tasks, registry::parallel_requests);
  return out;
}

// Each artifact by its digest, once a repository.
std::vector<Put> copies(const std::vector<Promotion>& promotions) {
  std::map<oci::Reference, const Artifact*> puts;
  for (const auto& [artifact, tags] : promotions) {
    const auto digest = Digest::sha256(artifact.bytes);
    for (const auto& tag : tags) puts.emplace(tag.with(digest), &artifact);
  }
  std::vector<Put> out;
  for (const auto& [reference, artifact] : puts) out.push_back({reference, artifact});
  return out;
}

[[noreturn]] void fail_unmoved(const Outcome& outcome) {
  throw Error(ErrorKind::publish, fmt::format("no tag was moved: not accepted: {}", text::join(outcome.failed, ", ")),
              run_again);
}

}  // namespace

void promote(registry::Client& client, const std::vector<Promotion>& promotions) {
  // One artifact in one repository is refused, or not, under its tags as well: a round trip less.
  const auto staging = copies(promotions);
  const auto staged = staging.size() > 1 ? put_all(client, staging) : Outcome{};
  if (!staged.failed.empty()) fail_unmoved(staged);
  std::vector<Put> moves;
  for (const auto& [artifact, tags] : promotions)
    for (const auto& tag : tags) moves.push_back({tag, &artifact});
  const auto moved = put_all(client, moves);
  if (moved.failed.empty()) return;
  if (moved.done.empty()) fail_unmoved(moved);
  throw Error(ErrorKind::publish,
              fmt::format("not every tag could be moved; not moved: {}; moved: {}", text::join(moved.failed, ", "),
                          text::join(moved.done, ", ")),
              run_again);
}

oci::Descriptor promote(registry::Client& client, const Artifact& artifact, const std::vector<oci::Reference>& tags) {
  promote(client, {{artifact, tags}});
  return {.media_type = artifact.media_type, .digest = Digest::sha256(artifact.bytes), .size = artifact.bytes.size()};
}

}  // namespace polyarch::publish
