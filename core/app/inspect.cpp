#include <algorithm>
#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/registries.hpp"
#include "base/text.hpp"
#include "publish/legs.hpp"

namespace polyarch::app {
namespace {

struct Row {
  publish::Leg leg;
  std::size_t layers = 0;
  std::uint64_t size = 0;
};

Row measure(registry::Client& client, const oci::Reference& reference, publish::Leg leg) {
  const auto name = reference.with(leg.manifest.digest);
  const auto manifest = oci::Manifest::parse(client.need_manifest(name).bytes, name.str());
  return {std::move(leg), manifest.layers.size(), manifest.total_size()};
}

std::string table(const oci::Reference& reference, const oci::Descriptor& root, const std::vector<Row>& rows) {
  auto out = fmt::format("{}\n  digest  {}\n  type    {}\n\n", reference.str(), root.digest.str(), root.media_type);
  out += fmt::format("{:<16} {:>10} {:>7}  {}\n", "PLATFORM", "SIZE", "LAYERS", "DIGEST");
  for (const auto& row : rows) {
    out += fmt::format("{:<16} {:>10} {:>7}  {}{}\n", row.leg.platform.str(), text::human_size(row.size), row.layers,
                       row.leg.manifest.digest.str(), row.leg.attestations.empty() ? "" : "  +attestation");
  }
  return out;
}

Json json(const oci::Reference& reference, const oci::Descriptor& root, const std::vector<Row>& rows) {
  Json out{{"reference", reference.str()},
           {"digest", root.digest.str()},
           {"mediaType", root.media_type},
           {"platforms", Json::object()}};
  for (const auto& row : rows) {
    auto& entry = out["platforms"][row.leg.platform.str()];
    entry = {{"digest", row.leg.manifest.digest.str()},
             {"layers", row.layers},
             {"size", row.size},
             {"attestations", Json::array()}};
    for (const auto& attestation : row.leg.attestations) entry["attestations"].push_back(attestation.digest.str());
  }
  return out;
}

}  // namespace

int inspect(const spec::InspectOptions& options, Context& context) {
  const auto reference = oci::Reference::parse(options.reference);
  Registries registries(context, options.insecure_registries, options.registry_auths);
  const auto content = registries.client().need_manifest(reference);
  if (options.raw) {
    context.out << content.bytes;
    return 0;
  }
  std::vector<Row> rows;
  for (auto& leg : publish::read_legs(registries.client(), reference))
    rows.push_back(measure(registries.client(), reference, std::move(leg)));
  context.out << (options.format == "json" ? json(reference, content.descriptor, rows).dump(2) + "\n"
                                           : table(reference, content.descriptor, rows));
  return 0;
}

}  // namespace polyarch::app
