#include <chrono>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "server/api.hpp"

namespace polyarch::server {
namespace {

// How long a request waits for another one that writes to the same upload: the end of a connection that broke.
constexpr std::chrono::seconds max_wait{10};

Answer bad_digest(const std::string& text) {
  return refuse(Code::digest_invalid, fmt::format("'{}' is no sha256 or sha512 digest", text::printable(text)));
}

Answer created(const RepositoryName& name, const Digest& digest) {
  auto answer = Answer::of(201);
  answer.with("Location", fmt::format("/v2/{}/blobs/{}", name.str(), digest.str()));
  answer.with("Docker-Content-Digest", digest.str());
  return answer;
}

// The answer of an upload under way: where to go on, and from which byte.
Answer progress(const Upload& upload, int status) {
  auto answer = Answer::of(status);
  answer.with("Location", fmt::format("/v2/{}/blobs/uploads/{}", upload.repository().str(), upload.id()));
  answer.with("Docker-Upload-UUID", upload.id());
  answer.with("Range", fmt::format("0-{}", upload.size() == 0 ? 0 : upload.size() - 1));
  return answer;
}

Answer out_of_order(const Upload& upload) {
  auto answer = progress(upload, 416);
  auto refusal = refuse(Code::blob_upload_invalid,
                        fmt::format("the chunk does not start at byte {}, where the upload is", upload.size()), 416);
  answer.content_type = std::move(refusal.content_type);
  answer.body = std::move(refusal.body);
  return answer;
}

}  // namespace

Answer Api::blob(const Request& request, const RepositoryName& name, const std::string& reference) {
  if (!Digest::valid(reference)) return bad_digest(reference);
  const auto digest = Digest::parse(reference);
  const auto unknown = [&] {
    return refuse(Code::blob_unknown, fmt::format("no blob {} in {}", digest.str(), name.str()));
  };
  if (request.method == "DELETE") {
    if (!store_.remove_blob(name, digest)) return unknown();
    return Answer::of(202);
  }
  auto content = store_.open_blob(name, digest);
  if (!content) return unknown();
  Answer answer;
  answer.content_type = "application/octet-stream";
  answer.blob = std::move(content);
  answer.with("Docker-Content-Digest", digest.str()).with("Accept-Ranges", "bytes");
  return answer;
}

Answer Api::start_upload(const Request& request, const RepositoryName& name) {
  if (const auto mounted = mount(request, name)) return created(name, *mounted);
  if (const auto wanted = request.parameter("digest")) {
    if (!Digest::valid(*wanted)) return bad_digest(*wanted);
    Upload at_once(name, store_.draft(), Digest::parse(*wanted).algorithm());
    return finish(request, at_once, *wanted);
  }
  const auto algorithm = request.parameter("digest-algorithm").value_or("sha256");
  if (algorithm != "sha256" && algorithm != "sha512") {
    return refuse(Code::digest_invalid,
                  fmt::format("'{}' is no algorithm known here: use sha256 or sha512", text::printable(algorithm)));
  }
  const auto begun = std::make_shared<Upload>(name, store_.draft(), algorithm);
  uploads_.add(begun);
  return progress(*begun, 202);
}

// The blob, if the request asks for one that can be had without an upload.
std::optional<Digest> Api::mount(const Request& request, const RepositoryName& name) {
  const auto wanted = request.parameter("mount");
  const auto from = request.parameter("from");
  const auto source = from ? RepositoryName::parse(*from) : std::nullopt;
  if (!wanted || !Digest::valid(*wanted) || (from && !source)) return std::nullopt;
  const auto digest = Digest::parse(*wanted);
  return store_.mount_blob(name, digest, source) ? std::optional(digest) : std::nullopt;
}

Answer Api::upload(const Request& request, const RepositoryName& name, const std::string& id) {
  const auto unknown = [] {
    return refuse(Code::blob_upload_unknown, "no such upload in this repository: start a new one");
  };
  const auto found = uploads_.find(name, id);
  if (!found) return unknown();
  // Until a time of day: ThreadSanitizer does not know of the call that waits by the steady clock.
  const std::unique_lock lock(found->busy, std::chrono::system_clock::now() + max_wait);
  if (!lock) return refuse(Code::blob_upload_invalid, "another request is writing to this upload", 409);
  if (found->ended()) return unknown();
  try {
    return receive(request, *found);
  } catch (...) {
    found->end();  // its file and its digest may have gone apart
    uploads_.remove(id);
    throw;
  }
}

Answer Api::receive(const Request& request, Upload& upload) {
  if (request.method == "PATCH") {
    auto refusal = append(request, upload);
    return refusal ? std::move(*refusal) : progress(upload, 202);
  }
  if (request.method == "PUT") {
    const auto wanted = request.parameter("digest").value_or("");
    return Digest::valid(wanted) ? finish(request, upload, wanted) : bad_digest(wanted);
  }
  if (request.method == "DELETE") {
    upload.end();
    uploads_.remove(upload.id());
    return Answer::of(204);
  }
  if (request.method == "GET" || request.method == "HEAD") return progress(upload, 204);
  return only("GET, HEAD, PATCH, PUT, DELETE");
}

// The refusal, if the body does not continue the upload.
std::optional<Answer> Api::append(const Request& request, Upload& upload) {
  const auto header = request.header("Content-Range");
  const auto range = header ? parse_chunk_range(*header) : std::nullopt;
  if (header && !range) return refuse(Code::blob_upload_invalid, "Content-Range is not of the form FIRST-LAST");
  if (range && range->first != upload.size()) return out_of_order(upload);
  const auto last = range ? range->last : 0;
  const auto length = text::to_number(request.header("Content-Length").value_or(""));
  if (range && length && *length - 1 != last - range->first) {
    return refuse(Code::size_invalid, "Content-Range and Content-Length differ");
  }
  if (length && *length > options_.max_blob - upload.size()) return too_large(upload);
  bool fits = true;
  const bool whole = request.body([&](std::string_view bytes) {
    fits = bytes.size() <= options_.max_blob - upload.size();
    if (fits) upload.append(bytes);
    return fits;
  });
  if (!fits) return too_large(upload);
  if (!whole) {
    return refuse(Code::blob_upload_invalid, "the body broke off: ask for the upload's status and go on from there");
  }
  if (header && upload.size() - 1 != last) {
    return refuse(Code::size_invalid,
                  fmt::format("Content-Range says {}, but the upload now ends at byte {}", *header, upload.size()));
  }
  return std::nullopt;
}

// Ends the upload: what is too large now can only grow.
Answer Api::too_large(Upload& upload) {
  upload.end();
  uploads_.remove(upload.id());
  return refuse(Code::size_invalid, fmt::format("a blob may have {} bytes here", options_.max_blob), 413);
}

Answer Api::finish(const Request& request, Upload& upload, const std::string& wanted) {
  if (auto refusal = append(request, upload)) return std::move(*refusal);
  const auto digest = Digest::parse(wanted);
  uploads_.remove(upload.id());
  if (!upload.matches(digest)) {
    return refuse(Code::digest_invalid,
                  fmt::format("the {} bytes received are not {}: upload the blob again", upload.size(), digest.str()));
  }
  store_.put_blob(upload.repository(), digest, upload.draft());
  return created(upload.repository(), digest);
}

}  // namespace polyarch::server
