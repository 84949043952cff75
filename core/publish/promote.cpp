#include "publish/promote.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

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

  oci::Reference reference(const std::string& tag) const { return {repository, tag, std::nullopt}; }
};

// Which puts worked, and which did not and why. Safe for several threads.
class Outcome {
 public:
  void worked(const oci::Reference& reference) {
    const std::lock_guard lock(mutex_);
    done_.push_back(reference.str());
  }
  void failed(const oci::Reference& reference, const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw error;
    const std::lock_guard lock(mutex_);
    failed_.push_back(fmt::format("{} ({})", reference.str(), error.message()));
    only_auth_ = only_auth_ && error.kind() == ErrorKind::auth;
    if (hint_.empty()) hint_ = error.hint();
  }

  bool whole() const { return failed_.empty(); }
  bool nothing() const { return done_.empty(); }
  std::string done() const { return text::join(done_, ", "); }
  std::string not_done() const { return text::join(failed_, ", "); }

  // With the advice on what the registry said, where there is some.
  [[noreturn]] void fail(ErrorKind kind, const std::string& message) const {
    throw Error(kind, message, hint_.empty() ? run_again : hint_);
  }
  [[noreturn]] void fail_unmoved() const {
    fail(only_auth_ ? ErrorKind::auth : ErrorKind::publish, "no tag was moved: not accepted: " + not_done());
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> done_;
  std::vector<std::string> failed_;
  bool only_auth_ = true;
  std::string hint_;
};

// Tries every one, whatever becomes of the others.
void put_all(registry::Client& client, const std::vector<Put>& puts, Outcome& out) {
  std::vector<std::function<void()>> tasks;
  for (const auto& put : puts) {
    tasks.emplace_back([&] {
      try {
        client.put_manifest(put.reference, put.artifact->media_type, put.artifact->bytes);
        out.worked(put.reference);
      } catch (const Error& error) {
        out.failed(put.reference, error);
      }
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

// Tries them in one request. Returns those to be tried one by one: which the registry did not take so, or all when it
// refused them, since each then tells what is wrong with it.
std::vector<std::string> move_at_once(registry::Client& client, const Move& move, Outcome& out) {
  auto left = move.tags;
  try {
    const auto taken = client.put_tagged(move.repository, move.tags, move.artifact->media_type, move.artifact->bytes);
    for (const auto& tag : taken) out.worked(move.reference(tag));
    std::erase_if(left, [&](const auto& tag) { return taken.contains(tag); });
  } catch (const Error& error) {
    if (!error.retryable()) return left;
    for (const auto& tag : std::exchange(left, {})) out.failed(move.reference(tag), error);
  }
  return left;
}

// Several tags of a repository go at once, so that none of them lags behind.
void move_all(registry::Client& client, const std::vector<Promotion>& promotions, Outcome& out) {
  auto all = moves(promotions);
  std::vector<std::function<void()>> tasks;
  for (auto& move : all)
    if (move.tags.size() > 1) tasks.emplace_back([&] { move.tags = move_at_once(client, move, out); });
  sys::run_parallel(tasks, registry::parallel_requests);
  std::vector<Put> left;
  for (const auto& move : all)
    for (const auto& tag : move.tags) left.push_back({move.reference(tag), move.artifact});
  put_all(client, left, out);
}

}  // namespace

void promote(registry::Client& client, const std::vector<Promotion>& promotions) {
  // One artifact in one repository is refused, or not, under its tags as well: a round trip less.
  const auto staging = copies(promotions);
  Outcome staged;
  if (staging.size() > 1) put_all(client, staging, staged);
  if (!staged.whole()) staged.fail_unmoved();
  Outcome moved;
  move_all(client, promotions, moved);
  if (moved.whole()) return;
  if (moved.nothing()) moved.fail_unmoved();
  moved.fail(ErrorKind::publish,
             fmt::format("not every tag could be moved; not moved: {}; moved: {}", moved.not_done(), moved.done()));
}

oci::Descriptor promote(registry::Client& client, const Artifact& artifact, const std::vector<oci::Reference>& tags) {
  promote(client, {{artifact, tags}});
  return {.media_type = artifact.media_type, .digest = Digest::sha256(artifact.bytes), .size = artifact.bytes.size()};
}

}  // namespace polyarch::publish
