#include "contract/fault_operations.hpp"

#include "base/error.hpp"
#include "publish/promote.hpp"
#include "publish/transfer.hpp"

namespace polyarch::testing {
namespace {

using registry::Client;

void expect(bool right, const char* claim) {
  if (!right) throw WrongBytes(claim);
}

void push(Client& client, World& world, const std::string& bytes) {
  client.push_blob(world.app(), Digest::sha256(bytes), source_of(bytes));
  world.expect_blob(bytes);
}

void mount(Client& client, World& world) {
  const auto bytes = world.fresh(40);
  world.push(bytes, "base");
  client.push_blob(world.app(), Digest::sha256(bytes), source_of(bytes), world.of("base"));
  world.expect_blob(bytes);
}

// An index that no case before has used.
std::string fresh_index(World& world) {
  return fmt::format(R"({{"schemaVersion":2,"manifests":[],"n":"{}"}})", world.fresh(0));
}

void put(Client& client, World& world) {
  const auto bytes = fresh_index(world);
  client.put_manifest({world.app(), "t", std::nullopt}, oci::media_type::oci_index, bytes);
  expect(world.direct().need_manifest({world.behind(), "t", std::nullopt}).bytes == bytes, "another manifest");
}

void put_tagged(Client& client, World& world) {
  const auto bytes = fresh_index(world);
  const auto taken = client.put_tagged(world.app(), {"a", "b"}, oci::media_type::oci_index, bytes);
  expect(taken.size() == 2, "tags that were not taken");
  for (const auto& name : taken)
    expect(world.direct().need_manifest({world.behind(), name, std::nullopt}).bytes == bytes, "another manifest");
  expect(world.direct().head_manifest({world.behind(), {}, Digest::sha256(bytes)}).has_value(), "no manifest");
}

// However it ends, no tag moves before the index is in every repository.
void promote(Client& client, World& world) {
  const auto bytes = fresh_index(world);
  const auto digest = Digest::sha256(bytes);
  const auto moved = [&](const std::string& repository, const std::string& tag) {
    const auto found = world.direct().head_manifest({world.behind(repository), tag, std::nullopt});
    return found && found->digest == digest;
  };
  const auto there = [&](const std::string& repository) {
    return world.direct().head_manifest({world.behind(repository), std::nullopt, digest}).has_value();
  };
  const auto check = [&] {
    const bool any = moved("app", "p1") || moved("app", "p2") || moved("base", "p1");
    expect(!any || (there("app") && there("base")), "a tag that moved too early");
  };
  try {
    publish::promote(client, {std::string(oci::media_type::oci_index), bytes},
                     {{world.app(), "p1", {}}, {world.app(), "p2", {}}, {world.of("base"), "p1", {}}});
  } catch (const Error&) {
    check();
    throw;
  }
  expect(moved("app", "p1") && moved("app", "p2") && moved("base", "p1"), "a tag that did not move");
}

// An image of its own in a repository.
oci::Descriptor push_image(Client& client, const oci::Repository& to, const std::string& layer) {
  const auto part = [&](const std::string& bytes, std::string_view type) {
    client.push_blob(to, Digest::sha256(bytes), source_of(bytes));
    return oci::Descriptor{.media_type = std::string(type), .digest = Digest::sha256(bytes), .size = bytes.size()};
  };
  const auto config =
      part(fmt::format(R"({{"of":"{}"}})", layer.substr(0, 20)), oci::media_type::oci_config).to_json().dump();
  const auto blob = part(layer, "application/vnd.oci.image.layer.v1.tar").to_json().dump();
  const auto bytes = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})",
                                 oci::media_type::oci_manifest, config, blob);
  return client.put_manifest({to, std::nullopt, Digest::sha256(bytes)}, oci::media_type::oci_manifest, bytes);
}

// The download of a blob is the body of its upload; either may meet the fault.
void copy(Client& client, World& world, const oci::Repository& from, const oci::Repository& to) {
  const auto layer = world.fresh(2 * fault_chunk + 500);
  const auto image = push_image(world.direct(), world.behind("source"), layer);
  const auto behind = world.behind("target");
  publish::transfer(client, *publish::registry_source(client, from), to, {image});
  expect(world.direct().head_manifest({behind, std::nullopt, image.digest}).has_value(), "no image");
  const oci::Descriptor blob{.media_type = "", .digest = Digest::sha256(layer), .size = layer.size()};
  expect(world.direct().get_blob(behind, blob) == layer, "another layer");
}

void remove(Client& client, World& world) {
  const auto bytes = fresh_index(world);
  world.tag("gone", bytes);
  client.delete_manifest({world.app(), "gone", std::nullopt});
  expect(!world.direct().head_manifest({world.behind(), "gone", std::nullopt}), "not deleted");
}

}  // namespace

std::vector<Operation> operations() {
  using Reads = Operation::Reads;
  const auto tag = [](World& world) { return oci::Reference{world.app(), "1", std::nullopt}; };
  const auto blob = [](World& world) {
    return oci::Descriptor{.digest = Digest::sha256(world.content), .size = world.content.size()};
  };
  return {
      {"ping", Reads::nothing, [](Client& client, World& world) { client.ping(world.app().registry); }},
      {"head manifest", Reads::nothing,
       [=](Client& client, World& world) {
         const auto found = client.head_manifest(tag(world).with(world.index));
         expect(found && found->digest == world.index, "another digest");
       }},
      {"get manifest", Reads::content,
       [=](Client& client, World& world) {
         expect(client.need_manifest(tag(world)).bytes == index_bytes, "another manifest");
       }},
      {"put manifest", Reads::nothing, put},
      {"put manifest under tags", Reads::nothing, put_tagged},
      {"delete manifest", Reads::nothing, remove},
      {"head blob", Reads::nothing,
       [=](Client& client, World& world) { expect(client.has_blob(world.app(), blob(world).digest), "no blob"); }},
      {"get blob", Reads::content,
       [=](Client& client, World& world) {
         expect(client.get_blob(world.app(), blob(world)) == world.content, "another blob");
       }},
      {"push blob", Reads::nothing, [](Client& client, World& world) { push(client, world, world.fresh(400)); }},
      {"push blob in chunks", Reads::nothing,
       [](Client& client, World& world) { push(client, world, world.fresh(2 * fault_chunk + 500)); }},
      {"mount blob", Reads::nothing, mount},
      {"promote", Reads::nothing, promote},
      {"copy to", Reads::nothing,
       [](Client& client, World& world) { copy(client, world, world.behind("source"), world.of("target")); }},
      {"copy from", Reads::content,
       [](Client& client, World& world) { copy(client, world, world.of("source"), world.behind("target")); }},
      {"list tags", Reads::list,
       [](Client& client, World& world) { expect(!client.tags(world.app()).empty(), "no tags"); }},
      {"list referrers", Reads::list, [](Client& client, World& world) { client.referrers(world.app(), world.index); }},
  };
}

}  // namespace polyarch::testing
