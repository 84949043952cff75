#include "registry/referrers.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "registry/pages.hpp"
#include "registry/problem.hpp"
#include "registry/session.hpp"

namespace polyarch::registry {
namespace {

constexpr int most_tries = 3;

oci::Reference fallback_tag(const oci::Repository& repository, const Digest& subject) {
  return {repository, referrers_tag(subject), std::nullopt};
}

oci::Index fallback_index(Client& client, const oci::Reference& tag) {
  const auto content = client.get_manifest(tag);
  if (!content) return {};
  return read_answer([&] { return oci::Index::parse(content->bytes, "referrers " + tag.str()); });
}

// The specification has 404 alone, but older registries refuse the address or the Accept field, and those within a
// website answer with a page of it.
bool lacks_api(const http::Response& response) {
  static constexpr int refusals[] = {400, 404, 405, 406};
  if (!response.ok()) return std::ranges::find(refusals, response.status) != std::end(refusals);
  return response.headers.get("Content-Type").value_or("json").find("json") == std::string::npos;
}

// What kind of artifact it is: of an image manifest that does not say it, the type of its config.
std::string artifact_type(const Json& manifest, std::string_view what) {
  if (auto said = string_at(manifest, "artifactType", what).value_or(""); !said.empty()) return said;
  const auto config = manifest.find("config");
  return config == manifest.end() ? "" : string_at(*config, "mediaType", what).value_or("");
}

bool lists(const oci::Index& index, const Digest& digest) {
  return std::ranges::any_of(index.manifests, [&](const auto& entry) { return entry.digest == digest; });
}

}  // namespace

std::string referrers_tag(const Digest& subject) {
  return fmt::format("{}-{}", subject.algorithm(), subject.hex().substr(0, 64));
}

void list_referrer(Client& client, const oci::Repository& repository, const oci::Descriptor& descriptor,
                   std::string_view bytes) {
  const auto what = fmt::format("manifest {}", descriptor.digest.str());
  const auto manifest = parse_json(bytes, what);
  if (!manifest.is_object() || !manifest.contains("subject") || manifest["subject"].is_null()) return;
  const auto subject = oci::Descriptor::from_json(manifest["subject"], what);
  auto entry = descriptor;
  entry.artifact_type = artifact_type(manifest, what);
  entry.annotations = oci::annotations_from_json(manifest, what);
  const auto tag = fallback_tag(repository, subject.digest);
  // Nothing guards the tag: another job may write it between our read and our write, so we look whether ours is there.
  for (int tries = 0; tries < most_tries; ++tries) {
    auto index = fallback_index(client, tag);
    if (lists(index, entry.digest)) return;
    index.manifests.push_back(entry);
    client.put_manifest(tag, oci::media_type::oci_index, index.dump());
  }
  if (!lists(fallback_index(client, tag), entry.digest)) {
    log::warning("{} is pushed, but other jobs keep it out of the referrers of {}", what, subject.digest.str());
  }
}

std::vector<oci::Descriptor> Client::referrers(const oci::Repository& repository, const Digest& digest) {
  std::vector<oci::Descriptor> found;
  const auto first = session_->url(repository, "referrers/" + digest.str());
  const auto take = [&](std::string_view page) {
    const auto index = read_answer([&] { return oci::Index::parse(page, "referrers of " + digest.str()); });
    found.insert(found.end(), index.manifests.begin(), index.manifests.end());
  };
  const bool supported = each_page(*session_, repository, first, take, lacks_api);
  return supported ? found : fallback_index(*this, fallback_tag(repository, digest)).manifests;
}

}  // namespace polyarch::registry
