#include <algorithm>
#include <fmt/core.h>
#include <thread>

#include "app/commands.hpp"
#include "app/registries.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "binfmt/binfmt.hpp"
#include "cache/key.hpp"
#include "cache/seen_files.hpp"
#include "cache/snapshot_restore.hpp"
#include "cache/snapshots.hpp"
#include "sys/files.hpp"
#include "sys/memory.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_seen_bytes = 512U << 20;

// Each holds a piece and its frame, some 20 MB; a save with more of them than cores is no faster.
std::size_t threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 4);
}

fs::path canonical(const std::string& directory) {
  std::error_code error;
  auto path = fs::canonical(directory, error);
  if (!error) return path;
  throw Error(ErrorKind::input, fmt::format("{} cannot be used: {}", directory, error.message()),
              "name a directory that is there with --directory");
}

std::vector<oci::Reference> references(const spec::CacheOptions& options, const Context& context) {
  const cache::KeyFacts facts{context.host.branch, binfmt::native_platform().slug(), "."};
  std::vector<oci::Reference> out{oci::Reference::parse(cache::expand_key(options.ref, facts))};
  for (const auto& fallback : options.fallbacks) {
    out.push_back(oci::Reference::parse(cache::expand_key(fallback, facts)));
  }
  return out;
}

// A file of the user's cache directory, one for each restored directory; empty: there is no such place.
fs::path seen_path(const Context& context, const fs::path& root) {
  const auto base = context.environment("XDG_CACHE_HOME");
  const auto home = context.environment("HOME");
  if (!base && !home) return {};
  const auto directory = base ? fs::path(*base) : fs::path(*home) / ".cache";
  return directory / "polyarch" / "seen" / (std::string(Digest::sha256(root.string()).hex().substr(0, 32)) + ".json");
}

std::string read_seen(const Context& context, const fs::path& root) {
  const auto path = seen_path(context, root);
  return path.empty() || !fs::exists(path) ? std::string() : sys::read_file(path, most_seen_bytes);
}

// Without it the next save reads every file: no reason to fail.
void write_seen(const Context& context, const fs::path& root, std::string_view lines,
                const std::optional<cache::SeenTree>& tree) {
  const auto path = seen_path(context, root);
  if (path.empty()) return;
  try {
    fs::create_directories(path.parent_path());
    sys::write_file(path, cache::dump_seen(lines, root, tree), 0600);
  } catch (const std::exception& error) {
    log::debug("the list of seen files is not kept: {}", error.what());
  }
}

void print(const Json& result, const std::string& line, const spec::CacheOptions& options, Context& context) {
  context.out << (options.format == "json" ? result.dump(2) : line) << '\n';
}

void name_all(std::string_view what, const std::vector<std::string>& names) {
  constexpr std::size_t shown = 20;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) log::warning("{}: {}", what, names[i]);
  if (names.size() > shown) log::warning("{}: {} more", what, names.size() - shown);
}

std::string took(const Context& context, Clock::Steady start) {
  return text::human_duration(std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.steady() - start));
}

// What a save did, for people and programs.
struct SaveReport {
  oci::Reference target;
  Digest digest;
  std::uint64_t pieces = 0;
  bool same = false;
  cache::SaveResult saved;
};

void print_save(const SaveReport& report, const std::string& time, const spec::CacheOptions& options,
                Context& context) {
  const auto& saved = report.saved;
  print({{"reference", report.target.str()},
         {"digest", report.digest.str()},
         {"files", saved.files},
         {"bytes", saved.raw_bytes},
         {"read_bytes", saved.read_bytes},
         {"written_bytes", saved.written_bytes},
         {"sent_bytes", saved.sent_bytes},
         {"pieces", report.pieces},
         {"left_out", saved.left_out.size()},
         {"unchanged", report.same}},
        fmt::format("saved {} files ({}) in {}: {} read, {} sent\n{}@{}", saved.files,
                    text::human_size(saved.raw_bytes), time, text::human_size(saved.read_bytes),
                    text::human_size(saved.sent_bytes), report.target.str(), report.digest.str()),
        options, context);
}

// The report of a tree that has not changed since the last save or restore here, nor has the registry: no catalog is
// needed then.
SaveReport unchanged(const cache::SeenTree& seen, const cache::Tree& tree, const oci::Reference& target) {
  SaveReport out{target, seen.manifest, seen.pieces, true, {}};
  for (const auto& found : tree.found) {
    if (found.entry.type != cache::EntryType::file) continue;
    ++out.saved.files;
    out.saved.raw_bytes += found.entry.size;
  }
  return out;
}

// What a save starts from.
struct Basis {
  cache::Tree tree;
  Digest fingerprint;  // of the tree
  std::optional<std::pair<oci::Reference, cache::StoredSnapshot>> previous;
  cache::SeenFiles seen;
  std::optional<cache::SeenTree> kept;  // the registry has just this tree; then there is no `previous` and no `seen`
};

// Walks the tree and loads the last snapshot, both at once unless the registry will most likely not be needed.
Basis look(registry::Client& client, const fs::path& root, const std::vector<oci::Reference>& candidates,
           const spec::CacheOptions& options, const Context& context) {
  Basis out;
  const auto text = read_seen(context, root);
  const auto walk = [&] {
    out.tree = cache::scan(root, options.paths, context.cancel);
    out.fingerprint = cache::fingerprint(out.tree);
  };
  const auto read_list = [&] { out.seen = cache::parse_seen(text, root); };
  const auto load = [&] { out.previous = cache::first_snapshot(client, candidates); };
  const auto known = cache::parse_seen_tree(text, root);
  const auto there = known ? client.head_manifest(candidates.front()) : std::nullopt;
  if (!there || there->digest != known->manifest) {
    sys::run_parallel({walk, load, read_list}, 2);
    return out;
  }
  walk();
  if (out.tree.left_out.empty() && out.fingerprint == known->fingerprint) {
    out.kept = known;
  } else {
    sys::run_parallel({load, read_list}, 2);
  }
  return out;
}

}  // namespace

int cache_save(const spec::CacheOptions& options, Context& context) {
  if (options.level < 1 || options.level > 19) {
    throw Error(ErrorKind::usage, fmt::format("--level {} is no level of zstd", options.level),
                "take one from 1 to 19");
  }
  sys::share_heaps();
  const auto start = context.clock.steady();
  const auto root = canonical(options.directory);
  auto candidates = references(options, context);
  const auto target = candidates.front();
  // Pieces of another repository would have to be sent anew.
  std::erase_if(candidates, [&](const auto& reference) { return reference.repository != target.repository; });
  Registries registries(context, options);
  auto& client = registries.client();
  auto [tree, fingerprint, previous, seen, kept] = look(client, root, candidates, options, context);
  if (kept) {
    print_save(unchanged(*kept, tree, target), took(context, start), options, context);
    return 0;
  }
  cache::RegistryStore store(client, target.repository);
  const auto save = [&](cache::Tree now, const cache::StoredSnapshot* last) {
    return cache::save_tree(root, std::move(now), store,
                            {.previous = last != nullptr ? &last->catalog : nullptr,
                             .seen = &seen,
                             .threads = threads(),
                             .level = options.level,
                             .cancel = &context.cancel});
  };
  SaveReport report{target, {}, 0, false, save(std::move(tree), previous ? &previous->second : nullptr)};
  report.same = previous && previous->first == target && previous->second.catalog == report.saved.catalog;
  if (previous) previous->second.catalog = {};  // two of them and the text of one are all that is held at a time
  std::string seen_lines;                       // made while the catalog goes out
  const auto finish = [&] {
    const auto make_lines = [&] { seen_lines = cache::seen_lines(report.saved.seen); };
    const auto store_catalog = [&] {
      report.digest = report.same ? previous->second.manifest.digest
                                  : cache::store_snapshot(client, target, report.saved.catalog).digest;
    };
    sys::run_parallel({store_catalog, make_lines}, 2);
  };
  try {
    finish();
  } catch (const Error& error) {
    if (!previous || error.kind() != ErrorKind::registry) throw;
    log::warning("the last snapshot is not whole any more, all is sent anew: {}", error.message());
    report.saved = save(cache::scan(root, options.paths, context.cancel), nullptr);
    finish();
  }
  report.pieces = report.saved.catalog.pieces.size();
  auto whole = std::optional(cache::SeenTree{fingerprint, report.digest, report.pieces});
  if (!report.saved.left_out.empty()) whole.reset();
  write_seen(context, root, seen_lines, whole);
  name_all("left out", report.saved.left_out);
  print_save(report, took(context, start), options, context);
  return 0;
}

int cache_restore(const spec::CacheOptions& options, Context& context) {
  sys::share_heaps();
  const auto start = context.clock.steady();
  const auto candidates = references(options, context);
  Registries registries(context, options);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto found =
        cache::first_snapshot(registries.client(), {candidates.begin() + static_cast<long>(i), candidates.end()});
    if (!found) break;
    const auto& [reference, snapshot] = *found;
    i = static_cast<std::size_t>(std::ranges::find(candidates, reference) - candidates.begin());
    cache::RegistryStore store(registries.client(), reference.repository);
    try {
      const auto restored =
          cache::restore_tree(snapshot.catalog, store, options.directory,
                              {.threads = threads() + 1, .cancel = &context.cancel});  // one waits for the registry
      const auto root = canonical(options.directory);
      std::string seen_lines;
      cache::SeenTree tree{{}, snapshot.manifest.digest, snapshot.catalog.pieces.size()};
      sys::run_parallel(
          {[&] { tree.fingerprint = cache::fingerprint(cache::standing_tree(snapshot.catalog, restored)); },
           [&] { seen_lines = cache::seen_lines(restored.seen); }},
          2);
      write_seen(context, root, seen_lines, restored.not_kept.empty() ? std::optional(tree) : std::nullopt);
      name_all("not kept", restored.not_kept);
      print({{"reference", reference.str()},
             {"digest", snapshot.manifest.digest.str()},
             {"found", true},
             {"files", restored.files},
             {"bytes", restored.raw_bytes},
             {"fetched_bytes", restored.fetched_bytes}},
            fmt::format("restored {} files ({}) in {}: {} fetched\n{}@{}", restored.files,
                        text::human_size(restored.raw_bytes), took(context, start),
                        text::human_size(restored.fetched_bytes), reference.str(), snapshot.manifest.digest.str()),
            options, context);
      return 0;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input && error.kind() != ErrorKind::registry) throw;
      log::warning("{} cannot be restored: {}", reference.str(), error.message());
    }
  }
  if (options.required) {
    throw Error(ErrorKind::registry, fmt::format("there is no whole snapshot {}", candidates.front().str()),
                "save one first, or name a --fallback");
  }
  print({{"found", false}}, fmt::format("there is no snapshot {}", candidates.front().str()), options, context);
  return 0;
}

int cache_inspect(const spec::CacheOptions& options, Context& context) {
  const auto reference = references(options, context).front();
  Registries registries(context, options);
  const auto found = cache::load_snapshot(registries.client(), reference);
  if (!found) throw Error(ErrorKind::registry, fmt::format("there is no snapshot {}", reference.str()));
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> tops;  // files and bytes below each first component
  std::uint64_t bytes = 0, files = 0;
  for (const auto& entry : found->catalog.entries) {
    if (entry.type != cache::EntryType::file) continue;
    auto& [count, size] = tops[entry.path.substr(0, entry.path.find('/'))];
    ++count, ++files;
    size += entry.size, bytes += entry.size;
  }
  Json paths = Json::object();
  auto table = fmt::format("{}\n  digest  {}\n  files   {} ({})\n  pieces  {} ({})\n\n", reference.str(),
                           found->manifest.digest.str(), files, text::human_size(bytes), found->catalog.pieces.size(),
                           text::human_size(found->size));
  for (const auto& [path, sums] : tops) {
    const auto name = text::printable(path);
    paths[name] = {{"files", sums.first}, {"bytes", sums.second}};
    table += fmt::format("{:>10}  {:>8} files  {}\n", text::human_size(sums.second), sums.first, name);
  }
  table.pop_back();
  print({{"reference", reference.str()},
         {"digest", found->manifest.digest.str()},
         {"files", files},
         {"bytes", bytes},
         {"pieces", found->catalog.pieces.size()},
         {"compressed_bytes", found->size},
         {"paths", std::move(paths)}},
        table, options, context);
  return 0;
}

int cache_list(const spec::CacheOptions& options, Context& context) {
  const auto repository = oci::Repository::parse(options.ref);
  Registries registries(context, options);
  auto& client = registries.client();
  Json list = Json::array();
  auto table = fmt::format("{:>8} {:>10} {:>10}  {}", "FILES", "SIZE", "STORED", "KEY");
  // One after the other: a catalog may be large.
  for (const auto& tag : client.tags(repository)) {
    std::optional<cache::StoredSnapshot> snapshot;
    try {
      snapshot = cache::load_snapshot(client, {repository, tag, std::nullopt});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input && error.kind() != ErrorKind::usage) throw;  // broken, or something else
    }
    if (!snapshot) continue;
    std::uint64_t files = 0, bytes = 0;
    for (const auto& entry : snapshot->catalog.entries) {
      files += entry.type == cache::EntryType::file ? 1U : 0U;
      bytes += entry.size;
    }
    list.push_back({{"key", tag},
                    {"digest", snapshot->manifest.digest.str()},
                    {"files", files},
                    {"bytes", bytes},
                    {"compressed_bytes", snapshot->size}});
    table +=
        fmt::format("\n{:>8} {:>10} {:>10}  {}", files, text::human_size(bytes), text::human_size(snapshot->size), tag);
  }
  print(list, table, options, context);
  return 0;
}

}  // namespace polyarch::app
