#include <algorithm>
#include <fmt/core.h>
#include <functional>

#include "app/commands.hpp"
#include "app/image_sizes.hpp"
#include "app/registries.hpp"
#include "base/text.hpp"
#include "publish/legs.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

struct Row {
  publish::Leg leg;
  oci::Manifest manifest;
  std::string name;  // of the platform
};

std::vector<Row> read_rows(const publish::Origin& origin) {
  std::vector<Row> rows;
  std::vector<oci::Platform> platforms;
  for (auto& leg : publish::read_legs(origin)) {
    auto manifest = oci::Manifest::parse(leg.bytes, fmt::format("{} in {}", leg.manifest.digest.str(), leg.source));
    platforms.push_back(leg.platform);
    rows.push_back({std::move(leg), std::move(manifest), ""});
  }
  const auto names = oci::distinct_names(platforms);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].name = names[i];
  return rows;
}

std::vector<PlatformSizes> read_sizes(publish::Source& source, const std::vector<Row>& rows) {
  std::vector<PlatformSizes> sizes(rows.size());
  std::vector<std::function<void()>> reads;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    reads.emplace_back(
        [&, i] { sizes[i] = measure(rows[i].leg.platform, rows[i].manifest, source.config(rows[i].manifest.config)); });
  }
  sys::run_parallel(reads, registry::parallel_requests);
  mark_shared(sizes);
  return sizes;
}

std::string table(const std::string& reference, const oci::Descriptor& root, const std::vector<Row>& rows) {
  auto out = fmt::format("{}\n  digest  {}\n  type    {}\n\n", reference, root.digest.str(), root.media_type);
  std::size_t width = 16;
  for (const auto& row : rows) width = std::max(width, row.name.size());
  out += fmt::format("{:<{}} {:>10} {:>7}  {}\n", "PLATFORM", width, "SIZE", "LAYERS", "DIGEST");
  for (const auto& row : rows) {
    out += fmt::format("{:<{}} {:>10} {:>7}  {}{}\n", row.name, width, text::human_size(row.manifest.total_size()),
                       row.manifest.layers.size(), row.leg.manifest.digest.str(),
                       row.leg.attestations.empty() ? "" : "  +attestation");
  }
  return out;
}

Json json(const std::string& reference, const oci::Descriptor& root, const std::vector<Row>& rows) {
  Json out{{"reference", reference},
           {"digest", root.digest.str()},
           {"mediaType", root.media_type},
           {"platforms", Json::object()}};
  for (const auto& row : rows) {
    auto& entry = out["platforms"][row.name];
    entry = {{"digest", row.leg.manifest.digest.str()},
             {"layers", row.manifest.layers.size()},
             {"size", row.manifest.total_size()},
             {"attestations", Json::array()}};
    for (const auto& attestation : row.leg.attestations) entry["attestations"].push_back(attestation.digest.str());
  }
  return out;
}

}  // namespace

int inspect(const spec::InspectOptions& options, Context& context) {
  Registries registries(context, options, Patience::brisk);
  const auto origin = publish::locate(registries.client(), options.reference);
  if (options.raw) {
    context.out << origin.bytes;
    return 0;
  }
  // A layout is what the user called it.
  const auto reference = origin.source->repository() ? oci::Reference::parse(options.reference).str() : origin.name;
  const auto rows = read_rows(origin);
  const auto sizes = options.sizes ? read_sizes(*origin.source, rows) : std::vector<PlatformSizes>{};
  if (options.format == "json") {
    auto out = json(reference, origin.root, rows);
    if (options.sizes) out["sizes"] = sizes_json(sizes);
    context.out << out.dump(2) << '\n';
  } else {
    context.out << (options.sizes ? sizes_table(sizes) : table(reference, origin.root, rows));
  }
  return 0;
}

}  // namespace polyarch::app
