#include "app/mount_job.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/core.h>
#include <fstream>
#include <set>

#include "app/node_engine.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "buildkit/solve_run.hpp"
#include "cache/directory_store.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;
using State = cache::MountResult::State;

constexpr std::size_t parallel_pieces = 5;

std::string_view name_of(cache::MountWork work) {
  switch (work) {
    case cache::MountWork::look:
      return "look";
    case cache::MountWork::restore:
      return "restore";
    case cache::MountWork::save:
      break;
  }
  return "save";
}

// `result`: another one each time, so that BuildKit runs the step anew.
std::string mount_dockerfile(cache::MountWork work, const std::vector<const MountPlan*>& mounts,
                             const std::string& result) {
  std::string flags;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const auto& mount = *mounts[i];
    flags += fmt::format("--mount=type=cache,id={},target=/mounts/{}{}{} ", mount.id, i, mount.owner.empty() ? "" : ",",
                         mount.owner);
  }
  return fmt::format(
      "FROM --platform=$BUILDPLATFORM scratch\n"
      "RUN --network=none --mount=type=bind,target=/job {}[\"/job/polyarch\", \"cache\", \"mounts\", \"--out\", "
      "\"{}\", \"{}\"]\n",
      flags, result, name_of(work));
}

void fetch(registry::Client& client, const oci::Repository& repository, const cache::Piece& piece,
           const fs::path& path) {
  std::ofstream file(path, std::ios::binary);
  client.get_blob(
      repository, {.media_type = "application/octet-stream", .digest = piece.digest, .size = piece.size},
      [&](std::string_view bytes) { file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())); });
  if (!file.flush()) throw Error(ErrorKind::storage, "cannot write " + path.string());
}

}  // namespace

MountJobRun::MountJobRun(const MountJob& plan, RunState& state, const BuilderSet& builders)
    : plan_(plan), state_(state), builders_(builders) {
  for (const auto& mount : plan.mounts) mounts_.push_back({&mount, std::nullopt, {}});
}

std::vector<report::MountUse> MountJobRun::uses() const {
  std::vector<report::MountUse> out;
  for (const auto& mount : mounts_) out.push_back({mount.plan->id, plan_.platform, mount.restored, mount.saved});
  return out;
}

std::chrono::milliseconds MountJobRun::since(Clock::Steady start) const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(state_.context.clock.steady() - start);
}

void MountJobRun::try_to(const char* what, const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    warnings_.push_back({fmt::format("cache mounts are not {}: {}", what, error.message()), "", 0, error.hint()});
  } catch (const fs::filesystem_error& error) {
    warnings_.push_back({fmt::format("cache mounts are not {}: {}", what, error.what()), "", 0, ""});
  }
}

void MountJobRun::restore() {
  try_to("restored", [&] {
    auto machine = state_.plan.builders[plan_.builder].machine;
    if (!machine) machine = builders_.machine(plan_.builder);
    engine_ = node_engine(machine.value_or(plan_.platform));
    const auto start = state_.context.clock.steady();
    load_last();
    if (!state_.options.no_cache) restore_all();  // with it BuildKit empties the mounts of every step before it runs
    for (auto& mount : mounts_) {
      if (mount.restored) mount.restored->duration = since(start);
    }
  });
  // Nothing goes on from a snapshot that may be broken.
  if (!warnings_.empty()) {
    for (auto& mount : mounts_) mount.last.reset();
  }
}

void MountJobRun::save(const std::vector<oci::Platform>& built) {
  if (!engine_) return;  // which was said
  std::vector<Mount*> used;
  for (auto& mount : mounts_) {
    if (std::ranges::find_first_of(mount.plan->legs, built) != mount.plan->legs.end()) used.push_back(&mount);
  }
  if (used.empty()) return;
  const auto start = state_.context.clock.steady();
  try_to("saved", [&] {
    try {
      save_all(used);
    } catch (const Error& error) {
      const bool known = std::ranges::any_of(used, [](const Mount* mount) { return mount->last.has_value(); });
      if (error.kind() != ErrorKind::registry || error.retryable() || !known) throw;
      // Pieces of the last snapshot are gone from the registry.
      for (auto* mount : used) mount->last.reset();
      save_all(used);
    }
  });
  for (auto* mount : used) {
    if (mount->saved) mount->saved->duration = since(start);
  }
}

void MountJobRun::load_last() {
  std::vector<std::function<void()>> tasks;
  for (auto& mount : mounts_) {
    tasks.emplace_back([&] {
      std::vector<oci::Reference> candidates;
      for (const auto& tag : mount_candidates(*mount.plan, state_.plan.mounts.scope)) {
        candidates.push_back(reference(tag));
      }
      mount.last = cache::first_snapshot(state_.registries.client(), candidates);
    });
  }
  sys::run_parallel(tasks, parallel_pieces);
}

void MountJobRun::restore_all() {
  std::vector<Mount*> wanted;
  for (auto& mount : mounts_) {
    if (mount.last) wanted.push_back(&mount);
  }
  if (wanted.empty()) return;
  state_.display.phase("restoring cache mounts");
  const sys::TemporaryDirectory scratch("polyarch-mounts-");
  const cache::MountParcel in(scratch.path() / "in");
  fs::create_directories(in.blobs());
  if (!builders_.is_new(plan_.builder)) {
    const auto seen = run(cache::MountWork::look, wanted, scratch.path());
    std::vector<Mount*> empty;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (seen.result(i).state == State::empty) empty.push_back(wanted[i]);
    }
    wanted = std::move(empty);
    if (wanted.empty()) return;
  }
  fetch_pieces(wanted, in);
  for (std::size_t i = 0; i < wanted.size(); ++i) in.put_catalog(i, wanted[i]->last->second.catalog);
  const auto out = run(cache::MountWork::restore, wanted, scratch.path());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto result = out.result(i);
    wanted[i]->seen = out.seen(i);
    if (result.state == State::failed) throw Error(ErrorKind::input, wanted[i]->plan->id + ": " + result.error);
    if (result.state != State::restored) continue;
    wanted[i]->restored = {result.files, result.bytes, wanted[i]->last->second.size, {}};
    tell(*wanted[i],
         fmt::format("restored {} files ({}), {} fetched from {}", result.files, text::human_size(result.bytes),
                     text::human_size(wanted[i]->last->second.size), wanted[i]->last->first.str()));
  }
}

void MountJobRun::fetch_pieces(const std::vector<Mount*>& mounts, const cache::MountParcel& parcel) {
  const cache::DirectoryStore store(parcel.blobs());
  std::set<Digest> known;
  std::vector<std::function<void()>> tasks;
  for (const auto* mount : mounts) {
    for (const auto& piece : mount->last->second.catalog.pieces) {
      if (!known.insert(piece.digest).second) continue;
      tasks.emplace_back(
          [&] { fetch(state_.registries.client(), *state_.plan.mounts.repository, piece, store.path(piece.digest)); });
    }
  }
  sys::run_parallel(tasks, parallel_pieces);
}

void MountJobRun::save_all(const std::vector<Mount*>& mounts) {
  const sys::TemporaryDirectory scratch("polyarch-mounts-");
  const cache::MountParcel in(scratch.path() / "in");
  fs::create_directories(in.blobs());
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    if (mounts[i]->last) in.put_catalog(i, mounts[i]->last->second.catalog);
    in.put_seen(i, mounts[i]->seen);
  }
  const auto out = run(cache::MountWork::save, mounts, scratch.path());
  for (std::size_t i = 0; i < mounts.size(); ++i) keep(*mounts[i], i, out);
}

void MountJobRun::keep(Mount& mount, std::size_t number, const cache::MountParcel& out) {
  const auto result = out.result(number);
  if (result.state == State::failed) throw Error(ErrorKind::input, mount.plan->id + ": " + result.error);
  if (result.state != State::saved) return;  // an empty one never replaces a good one
  const auto catalog = out.catalog(number);
  if (!catalog) throw Error(ErrorKind::input, mount.plan->id + ": the builder sent no catalog");
  const cache::DirectoryStore made(out.blobs());
  std::atomic<std::uint64_t> sent = 0;
  std::vector<std::function<void()>> tasks;
  cache::RegistryStore store(state_.registries.client(), *state_.plan.mounts.repository);
  for (const auto& piece : catalog->pieces) {
    if (!made.has(piece.digest)) continue;
    tasks.emplace_back([&] {
      const auto bytes = cache::DirectoryStore(out.blobs()).get(piece.digest, piece.size);
      if (store.put(piece.digest, bytes)) sent += bytes.size();
    });
  }
  sys::run_parallel(tasks, parallel_pieces);
  for (const auto& tag : mount_tags(*mount.plan, state_.plan.mounts.scope)) {
    const auto target = reference(tag);
    if (mount.last && mount.last->first == target && mount.last->second.catalog == *catalog) continue;
    cache::store_snapshot(state_.registries.client(), target, *catalog);
  }
  mount.saved = {result.files, result.bytes, sent, {}};
  tell(mount, fmt::format("saved {} files ({}): {} read, {} sent", result.files, text::human_size(result.bytes),
                          text::human_size(result.read_bytes), text::human_size(sent)));
}

cache::MountParcel MountJobRun::run(cache::MountWork work, const std::vector<Mount*>& mounts, const fs::path& scratch) {
  const auto in = scratch / "in";
  const auto out = scratch / fmt::format("out-{}", name_of(work));
  const auto result = "/result-" + scratch.filename().string();
  std::vector<const MountPlan*> plans;
  for (const auto* mount : mounts) plans.push_back(mount->plan);
  sys::write_file(in / "Dockerfile", mount_dockerfile(work, plans, result));
  fs::copy_file(*engine_, in / "polyarch", fs::copy_options::skip_existing);
  buildkit::Solve solve;
  solve.builder = builders_.name(plan_.builder);
  solve.platforms = {plan_.platform};
  solve.context = in.string();
  solve.dockerfile = (in / "Dockerfile").string();
  solve.outputs = {"type=local,dest=" + out.string()};
  solve.build_args = state_.plan.mounts.build_args;
  solve.provenance = "false";
  buildkit::run_solve(solve, state_.buildx, state_.environment, state_.context.runner, {});
  return cache::MountParcel(out.string() + result);
}

void MountJobRun::tell(const Mount& mount, const std::string& what) {
  state_.display.phase(fmt::format("cache mount {}: {}", text::printable(mount.plan->id), what));
}

oci::Reference MountJobRun::reference(const std::string& tag) const {
  return {*state_.plan.mounts.repository, tag, std::nullopt};
}

}  // namespace polyarch::app
