#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "server/api.hpp"

namespace polyarch::server {
namespace {

Answer unknown(const RepositoryName& name, const std::string& reference) {
  return refuse(Code::manifest_unknown, fmt::format("no manifest {} in {}", text::printable(reference), name.str()));
}

// The digest of `bytes`, by the algorithm of `reference` when that is a digest.
Digest digest_wanted(std::string_view bytes, const std::string& reference) {
  Hasher hasher(Digest::valid(reference) ? Digest::parse(reference).algorithm() : "sha256");
  hasher.update(bytes);
  return hasher.finish();
}

// The tags to write: the reference itself, or those that come with a digest. nullopt when one is not valid.
std::optional<std::vector<Tag>> tags_to_write(const Request& request, const std::string& reference) {
  std::vector<Tag> tags;
  const auto add = [&tags](std::string_view text) {
    const auto tag = Tag::parse(text);
    if (tag) tags.push_back(*tag);
    return tag.has_value();
  };
  if (!Digest::valid(reference) && !add(reference)) return std::nullopt;
  const auto [first, last] = request.query.equal_range("tag");
  for (auto item = first; item != last; ++item) {
    if (!add(item->second)) return std::nullopt;
  }
  return tags;
}

}  // namespace

Answer Api::manifest(const Request& request, const RepositoryName& name, const std::string& reference) {
  if (request.method == "GET" || request.method == "HEAD") return get_manifest(name, reference);
  if (request.method == "PUT") return put_manifest(request, name, reference);
  if (request.method == "DELETE") return delete_manifest(name, reference);
  return only("GET, HEAD, PUT, DELETE");
}

Answer Api::get_manifest(const RepositoryName& name, const std::string& reference) const {
  const auto tag = Tag::parse(reference);
  auto digest = tag ? store_.resolve(name, *tag) : std::nullopt;
  if (Digest::valid(reference)) digest = Digest::parse(reference);
  auto stored = digest ? store_.manifest(name, *digest) : std::nullopt;
  if (!stored) return unknown(name, reference);
  Answer answer;
  answer.content_type = std::move(stored->media_type);
  answer.body = std::move(stored->bytes);
  answer.with("Docker-Content-Digest", digest->str());
  return answer;
}

Answer Api::put_manifest(const Request& request, const RepositoryName& name, const std::string& reference) {
  const auto tags = tags_to_write(request, reference);
  if (!tags) return refuse(Code::manifest_invalid, "a tag has at most 128 letters, digits, and . _ - inside");
  const auto bytes = read_body(request);
  if (!bytes) {
    return refuse(Code::size_invalid, fmt::format("a manifest may have {} bytes here", options_.max_manifest), 413);
  }
  const auto digest = digest_wanted(*bytes, reference);
  if (Digest::valid(reference) && digest.str() != reference) {
    return refuse(Code::digest_invalid, fmt::format("the manifest's digest is {}", digest.str()));
  }
  ManifestFacts facts;
  try {
    facts = read_manifest(*bytes, request.header("Content-Type").value_or(""));
  } catch (const Error& error) {
    return refuse(Code::manifest_invalid, error.message());
  }
  if (const auto absent = missing(name, facts); !absent.empty()) {
    return refuse_all(Code::manifest_blob_unknown, absent);
  }
  store_.put_manifest(name, digest, *bytes, facts, *tags);
  auto answer = Answer::of(201);
  answer.with("Location", fmt::format("/v2/{}/manifests/{}", name.str(), digest.str()));
  answer.with("Docker-Content-Digest", digest.str());
  if (facts.subject) answer.with("OCI-Subject", facts.subject->str());
  if (request.query.contains("tag")) {
    for (const auto& tag : *tags) answer.with("OCI-Tag", tag.str());
  }
  return answer;
}

// nullopt when it is larger than a manifest may be.
std::optional<std::string> Api::read_body(const Request& request) const {
  if (text::to_number(request.header("Content-Length").value_or("0")).value_or(0) > options_.max_manifest) return {};
  std::string bytes;
  bool fits = true;
  const bool whole = request.body([&](std::string_view piece) {
    fits = fits && bytes.size() + piece.size() <= options_.max_manifest;
    if (fits) bytes += piece;
    return fits;
  });
  if (!fits) return std::nullopt;
  if (!whole) throw Error(ErrorKind::network, "the client broke off in the middle of a manifest");
  return bytes;
}

std::vector<std::string> Api::missing(const RepositoryName& name, const ManifestFacts& facts) const {
  std::vector<std::string> messages;
  if (options_.allow_sparse) return messages;
  for (const auto& blob : facts.blobs) {
    if (!store_.has_blob(name, blob)) {
      messages.push_back(fmt::format("blob {} is not in {}: push it first", blob.str(), name.str()));
    }
  }
  for (const auto& child : facts.manifests) {
    if (!store_.has_manifest(name, child)) {
      messages.push_back(fmt::format("manifest {} is not in {}: push it first", child.str(), name.str()));
    }
  }
  return messages;
}

Answer Api::delete_manifest(const RepositoryName& name, const std::string& reference) {
  const auto tag = Tag::parse(reference);
  const bool removed = Digest::valid(reference) ? store_.remove_manifest(name, Digest::parse(reference))
                                                : tag && store_.remove_tag(name, *tag);
  if (!removed) return unknown(name, reference);
  return Answer::of(202);
}

}  // namespace polyarch::server
