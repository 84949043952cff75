#include "report/cache_use.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace polyarch::report {
namespace {

constexpr std::chrono::milliseconds negligible{1000};

// As BuildKit names them.
constexpr std::string_view import_step = "importing cache manifest from ";
constexpr std::string_view export_step = "exporting cache to ";
constexpr std::string_view any_export = "exporting ";

std::string moved(std::string_view verb, const MountTransfer& transfer) {
  return fmt::format("{} file{} ({}) {} in {}, {} moved", transfer.files, transfer.files == 1 ? "" : "s",
                     text::human_size(transfer.bytes), verb, text::human_duration(transfer.duration),
                     text::human_size(transfer.moved_bytes));
}

}  // namespace

LayerCache layer_cache(const Run& run) {
  LayerCache out;
  for (const auto& step : run.steps) {
    if (step.name.starts_with(import_step)) {
      out.imported += step.duration;
    } else if (step.name.starts_with(export_step)) {
      out.exported += step.duration;
    } else if (!step.internal && !step.cached && !step.name.starts_with(any_export)) {
      out.ran += step.duration;
    }
  }
  for (const auto& leg : run.legs) {
    out.steps += leg.steps;
    out.hits += leg.cached_steps;
  }
  return out;
}

std::vector<std::string> cache_lines(const Run& run) {
  std::vector<std::string> out;
  if (const auto layers = layer_cache(run); layers.used()) {
    out.push_back(fmt::format("Layer cache: {} of {} steps, {} to import, {} to export", layers.hits, layers.steps,
                              text::human_duration(layers.imported), text::human_duration(layers.exported)));
  }
  for (const auto& mount : run.mounts) {
    auto line = fmt::format("Cache mount {} on {}: ", text::printable(mount.id), mount.platform.str());
    if (mount.restored) line += moved("restored", *mount.restored);
    if (mount.saved) line += (mount.restored ? "; " : "") + moved("saved", *mount.saved);
    if (mount.restored || mount.saved) out.push_back(line);
  }
  return out;
}

std::vector<Warning> costly_cache(const Run& run) {
  const auto layers = layer_cache(run);
  if (layers.hits > 0 || layers.exported <= layers.ran + negligible) return {};
  return {{.message = fmt::format("exporting the layer cache took {}, and all the steps that it can spare took {}",
                                  text::human_duration(layers.exported), text::human_duration(layers.ran)),
           .hint = "build with --cache off"}};
}

}  // namespace polyarch::report
