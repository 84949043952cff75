#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "registry/client.hpp"
#include "registry/problem.hpp"
#include "registry/referrers.hpp"
#include "registry/session.hpp"

namespace polyarch::registry {
namespace {

constexpr std::uint64_t largest_manifest = 4U << 20;  // what the distribution-spec asks registries to take

http::Request request_for(Session& session, std::string_view method, const oci::Reference& reference,
                          const std::vector<std::string>& tags = {}) {
  auto url = session.url(reference.repository, "manifests/" + reference.identifier());
  for (const auto& tag : tags) url.add_query("tag", tag);
  http::Request request;
  request.method = method;
  request.url = url.str();
  request.headers.set("Accept", fmt::format("{}, {}, {}, {}", oci::media_type::oci_index, oci::media_type::oci_manifest,
                                            oci::media_type::docker_index, oci::media_type::docker_manifest));
  request.max_body = largest_manifest;
  return request;
}

// What the registry says that the content hashes to.
std::optional<Digest> declared_digest(const http::Response& response) {
  const auto value = response.headers.get("Docker-Content-Digest");
  if (!value || !Digest::valid(*value)) return std::nullopt;
  return Digest::parse(*value);
}

Digest hash_as(const Digest& like, std::string_view bytes) {
  Hasher hasher(like.algorithm());
  hasher.update(bytes);
  return hasher.finish();
}

[[noreturn]] void fail_digest(const oci::Reference& reference, const Digest& wanted, const Digest& got) {
  throw Error(ErrorKind::registry,
              fmt::format("the manifest {} should have digest {} and has {}", reference.str(), wanted.str(), got.str()),
              "the registry, or a proxy before it, gives wrong content");
}

// The digest of a manifest's bytes, once it agrees with every digest that is known of it.
Digest check_digest(const oci::Reference& reference, const http::Response& response) {
  const auto declared = declared_digest(response);
  for (const auto& wanted : {reference.digest, declared}) {
    if (!wanted) continue;
    const auto got = hash_as(*wanted, response.body);
    if (got != *wanted) fail_digest(reference, *wanted, got);
  }
  if (reference.digest) return *reference.digest;
  return declared ? *declared : Digest::sha256(response.body);
}

std::string content_type(const http::Response& response) {
  const auto field = response.headers.get("Content-Type").value_or("");
  return std::string(text::trim(std::string_view(field).substr(0, field.find(';'))));
}

// Its digest is not that of its bytes, and it has neither a config nor platforms.
void refuse_schema1(const oci::Reference& reference, const http::Response& response) {
  if (!content_type(response).starts_with("application/vnd.docker.distribution.manifest.v1+")) return;
  throw Error(ErrorKind::registry,
              fmt::format("the manifest {} is of the format that Docker had before 2016 (schema 1)", reference.str()),
              "build the image again, or pull it and push it anew with a Docker that still reads it");
}

std::optional<Content> fetch_manifest(Session& session, const oci::Reference& reference, bool once) {
  const auto& repository = reference.repository;
  auto request = request_for(session, "GET", reference);
  request.once = once;
  auto response = session.send(repository.registry, pull_scope(repository), request);
  if (response.status == 404) return std::nullopt;
  if (!response.ok()) fail(request, response, repository.registry);
  refuse_schema1(reference, response);
  oci::Descriptor descriptor{
      .media_type = "", .digest = check_digest(reference, response), .size = response.body.size()};
  descriptor.media_type = read_answer(
      [&] { return oci::manifest_media_type(response.body, content_type(response), "manifest " + reference.str()); });
  return Content{std::move(descriptor), std::move(response.body)};
}

}  // namespace

std::optional<oci::Descriptor> Client::head_manifest(const oci::Reference& reference) {
  const auto& repository = reference.repository;
  auto request = request_for(*session_, "HEAD", reference);
  const auto response = session_->send(repository.registry, pull_scope(repository), request);
  if (response.status == 404) return std::nullopt;
  if (!response.ok()) fail(request, response, repository.registry);
  const auto digest = reference.digest ? reference.digest : declared_digest(response);
  const auto size = text::to_number(response.headers.get("Content-Length").value_or(""));
  const auto type = content_type(response);
  if (digest && size && !type.empty()) return oci::Descriptor{.media_type = type, .digest = *digest, .size = *size};
  const auto content = get_manifest(reference);  // the registry leaves out what only the content can tell
  return content ? std::optional(content->descriptor) : std::nullopt;
}

std::optional<Content> Client::get_manifest(const oci::Reference& reference) {
  if (reference.digest || session_->mirrored_tags()) {
    for (const auto& place : session_->mirrors(reference.repository)) {
      auto copy = ask_mirror(place, [&] {
        return fetch_manifest(*session_, {place, reference.tag, reference.digest}, true);
      });
      if (copy) return copy;
    }
  }
  return fetch_manifest(*session_, reference, false);
}

Content Client::need_manifest(const oci::Reference& reference) {
  auto content = get_manifest(reference);
  if (content) return std::move(*content);
  throw Error(ErrorKind::registry, fmt::format("there is no manifest {}", reference.str()),
              "check the name and the tag; a registry may also hide what the user must not see");
}

http::Response Client::put(const oci::Reference& reference, const std::vector<std::string>& tags,
                           const oci::Descriptor& descriptor, std::string_view bytes) {
  const auto& repository = reference.repository;
  auto request = request_for(*session_, "PUT", reference, tags);
  request.headers.set("Content-Type", descriptor.media_type);
  request.body = bytes;
  auto response = session_->send(repository.registry, push_scope(repository), request);
  if (!response.ok()) fail(request, response, repository.registry);
  const auto declared = declared_digest(response);
  if (declared && *declared != hash_as(*declared, bytes)) fail_digest(reference, descriptor.digest, *declared);
  if (!response.headers.get("OCI-Subject")) list_referrer(*this, repository, descriptor, bytes);
  return response;
}

oci::Descriptor Client::put_manifest(const oci::Reference& reference, std::string_view media_type,
                                     std::string_view bytes) {
  const auto digest = reference.digest ? hash_as(*reference.digest, bytes) : Digest::sha256(bytes);
  if (reference.digest && digest != *reference.digest) fail_digest(reference, *reference.digest, digest);
  oci::Descriptor descriptor{.media_type = std::string(media_type), .digest = digest, .size = bytes.size()};
  put(reference, {}, descriptor, bytes);
  return descriptor;
}

std::set<std::string> Client::put_tagged(const oci::Repository& repository, const std::vector<std::string>& tags,
                                         std::string_view media_type, std::string_view bytes) {
  const oci::Descriptor descriptor{
      .media_type = std::string(media_type), .digest = Digest::sha256(bytes), .size = bytes.size()};
  const auto response = put({repository, std::nullopt, descriptor.digest}, tags, descriptor, bytes);
  std::set<std::string> taken;
  for (const auto& field : response.headers.all("OCI-Tag")) {
    for (const auto part : text::split(field, ',')) {
      const auto tag = text::trim(part);
      if (std::ranges::find(tags, tag) != tags.end()) taken.emplace(tag);
    }
  }
  return taken;
}

void Client::delete_manifest(const oci::Reference& reference) {
  const auto& repository = reference.repository;
  auto request = request_for(*session_, "DELETE", reference);
  const auto response = session_->send(repository.registry, push_scope(repository), request);
  if (response.ok() || response.status == 404) return;
  fail(request, response, repository.registry);
}

}  // namespace polyarch::registry
