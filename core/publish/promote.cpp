#include "publish/promote.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <map>
#include <mutex>
#include <set>

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

// Tags of one repository that shall name one artifact.
struct Move {
  oci::Repository repository;
  const Artifact* artifact;
  std::vector<std::string> tags;
};

// Which puts worked, and which did not and why.
struct Outcome {
  std::vector<std::string> done;
  std::vector<std::string> failed;
};

// Tries every one, whatever becomes of the others.
void put_all(registry::Client& client, const std::vector<Put>& puts, Outcome& out) {
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

// As many tags in one move as a registry should take.
std::vector<Move> moves(const std::vector<Promotion>& promotions) {
  std::vector<Move> out;
  for (const auto& [artifact, tags] : promotions) {
    std::map<oci::Repository, std::vector<std::string>> names;
    for (const auto& tag : tags) names[tag.repository].push_back(tag.identifier());
    for (const auto& [repository, all] : names) {
      for (std::size_t i = 0; i < all.size(); i += registry::tags_a_request) {
        const auto size = std::min(registry::tags_a_request, all.size() - i);
        out.push_back({repository, &artifact, {&all[i], &all[i] + size}});
      }
    }
  }
  return out;
}

// The tags that moved by one request.
std::set<std::string> move_at_once(registry::Client& client, const Move& move) {
  try {
    return client.put_tagged(move.repository, move.tags, move.artifact->media_type, move.artifact->bytes);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return {};  // asked for one by one, each tells what is wrong with it
  }
}

// Several tags of a repository go at once, so that none of them lags behind; those that the registry does not take so,
// and single ones, each by itself.
Outcome move_all(registry::Client& client, const std::vector<Promotion>& promotions) {
  const auto all = moves(promotions);
  std::vector<std::set<std::string>> moved(all.size());
  std::vector<std::function<void()>> tasks;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].tags.size() > 1) tasks.emplace_back([&, i] { moved[i] = move_at_once(client, all[i]); });
  sys::run_parallel(tasks, registry::parallel_requests);
  Outcome out;
  std::vector<Put> left;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const auto& tag : all[i].tags) {
      const oci::Reference reference{all[i].repository, tag, std::nullopt};
      if (moved[i].contains(tag))
        out.done.push_back(reference.str());
      else
        left.push_back({reference, all[i].artifact});
    }
  }
  put_all(client, left, out);
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
  Outcome staged;
  if (staging.size() > 1) put_all(client, staging, staged);
  if (!staged.failed.empty()) fail_unmoved(staged);
  const auto moved = move_all(client, promotions);
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
