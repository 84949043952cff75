#include <fmt/core.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/redact.hpp"
#include "registry/client.hpp"
#include "registry/problem.hpp"
#include "registry/session.hpp"

namespace polyarch::registry {
namespace {

// Rights to push here, and to read where a blob is mounted from.
std::string upload_scope(const oci::Repository& repository, const std::optional<oci::Repository>& mount_from) {
  const auto scope = push_scope(repository);
  return mount_from ? fmt::format("{} {}", scope, pull_scope(*mount_from)) : scope;
}

// Where to send the bytes; nullopt: the registry mounted the blob.
std::optional<http::Url> open_upload(Session& session, const oci::Repository& repository, const std::string& scope,
                                     const http::Url& url) {
  http::Request request;
  request.method = "POST";
  request.url = url.str();
  const auto response = session.send(repository.registry, scope, request);
  if (response.status == 201) return std::nullopt;
  if (response.status != 202) fail(request, response, repository.registry);
  const auto location = response.headers.get("Location");
  if (location) return Session::follow(request, *location);
  throw Error(ErrorKind::registry, fmt::format("{} opened an upload and did not say where", redact_url(url.str())));
}

std::optional<http::Url> open_mount(Session& session, const oci::Repository& repository, const Digest& digest,
                                    const oci::Repository& from) {
  auto url = session.url(repository, "blobs/uploads/");
  url.add_query("mount", digest.str());
  url.add_query("from", from.path);
  return open_upload(session, repository, upload_scope(repository, from), url);
}

void send_blob(Session& session, const oci::Repository& repository, const Digest& digest, http::Url location,
               const http::BodySource& source) {
  location.add_query("digest", digest.str());
  http::Request request;
  request.method = "PUT";
  request.url = location.str();
  request.headers.set("Content-Type", "application/octet-stream");
  request.source = source;
  request.once = true;  // an upload may have kept half of what was sent: only a new one is sure to be empty
  const auto response = session.send(repository.registry, push_scope(repository), request);
  if (!response.ok()) fail(request, response, repository.registry);
}

// false: it broke off, and the wait for another try is over.
bool sent_blob(Session& session, const oci::Repository& repository, const Digest& digest, const http::Url& location,
               const http::BodySource& source, http::Backoff& backoff) {
  try {
    send_blob(session, repository, digest, location, source);
    return true;
  } catch (const Error& error) {
    if (!error.retryable() || !backoff.wait()) throw;
    log::debug("again, as a new upload: {}", error.message());
    return false;
  }
}

}  // namespace

void Client::push_blob(const oci::Repository& repository, const Digest& digest, const http::BodySource& source,
                       const std::optional<oci::Repository>& mount_from) {
  const bool mountable = mount_from && mount_from->registry == repository.registry && *mount_from != repository;
  auto backoff = session_->backoff();
  std::optional<http::Url> location;
  do {
    if (has_blob(repository, digest)) return;
    location = mountable ? open_mount(*session_, repository, digest, *mount_from)
                         : open_upload(*session_, repository, push_scope(repository),
                                       session_->url(repository, "blobs/uploads/"));
  } while (location && !sent_blob(*session_, repository, digest, *location, source, backoff));
}

void Client::check_push(const oci::Repository& repository) {
  const auto scope = push_scope(repository);
  const auto location = open_upload(*session_, repository, scope, session_->url(repository, "blobs/uploads/"));
  if (!location) return;
  http::Request request;
  request.method = "DELETE";
  request.url = location->str();
  const auto response = session_->send(repository.registry, scope, request);
  if (!response.ok()) log::debug("{} keeps an empty upload: status {}", repository.registry, response.status);
}

}  // namespace polyarch::registry
