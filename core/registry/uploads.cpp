#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "registry/client.hpp"
#include "registry/perseverance.hpp"
#include "registry/problem.hpp"
#include "registry/range.hpp"
#include "registry/session.hpp"

namespace polyarch::registry {
namespace {

// One blob on its way out (distribution-spec, "Pushing blobs"): what fits one chunk goes in one PUT, more goes in
// PATCHes of a chunk each. What broke off goes on where the registry says that it is, or starts anew where it cannot.
class Upload {
 public:
  Upload(Session& session, const oci::Repository& repository, const Digest& digest, const http::BodySource& source,
         const std::optional<oci::Repository>& mount_from)
      : session_(session),
        repository_(repository),
        digest_(digest),
        source_(source),
        mount_from_(mount_from),
        scope_(push_scope(repository)),
        perseverance_(session) {
    if (mount_from_) scope_ += " " + pull_scope(*mount_from_);
  }

  void run() {
    do {
      if (!location_ && (is_there() || !open())) return;
    } while (!sent());
  }

 private:
  bool is_there() {
    http::Request request;
    request.method = "HEAD";
    request.url = session_.url(repository_, "blobs/" + digest_.str()).str();
    const auto response = session_.send(repository_.registry, scope_, request);
    if (!response.ok() && response.status != 404) fail(request, response, repository_.registry);
    return response.ok();
  }

  // false: the registry mounted the blob.
  bool open() {
    auto url = session_.url(repository_, "blobs/uploads/");
    if (mount_from_) url.add_query("mount", digest_.str());
    if (mount_from_) url.add_query("from", mount_from_->path);
    if (digest_.algorithm() != "sha256") url.add_query("digest-algorithm", digest_.algorithm());
    http::Request request;
    request.method = "POST";
    request.url = url.str();
    const auto response = session_.send(repository_.registry, scope_, request);
    if (response.status == 201) return false;
    // Who may write here need not be allowed to read there: then the bytes are sent.
    if (mount_from_ && (response.status == 401 || response.status == 403)) {
      mount_from_.reset();
      scope_ = push_scope(repository_);
      return open();
    }
    if (response.status != 202) fail(request, response, repository_.registry);
    const auto location = response.headers.get("Location");
    if (!location) {
      throw Error(ErrorKind::registry, fmt::format("{} opened an upload and did not say where", redact_url(url.str())));
    }
    location_ = Session::follow(request, *location);
    offset_ = 0;
    resumed_ = false;
    const auto least = text::to_number(response.headers.get("OCI-Chunk-Min-Length").value_or(""));
    chunk_ = std::max(session_.chunk(), least.value_or(0));
    return true;
  }

  // false: it broke off, and the wait for another try is over.
  bool sent() {
    try {
      retry_after_.reset();
      send_rest();
      return true;
    } catch (const Error& error) {
      perseverance_.wait(error, offset_, retry_after_);
      log::debug("again, an upload from about byte {}: {}", offset_, error.message());
    }
    if (location_) find_offset();
    return false;
  }

  void send_rest() {
    if (offset_ == 0 && (whole_ || source_.size <= chunk_)) return finish(source_.size);
    while (offset_ < source_.size) send_chunk(std::min(chunk_, source_.size - offset_));
    finish(0);
  }

  void send_chunk(std::uint64_t length) {
    auto request = request_for("PATCH", *location_, length);
    request.headers.set("Content-Range", fmt::format("{}-{}", offset_, offset_ + length - 1));
    const auto response = session_.send(repository_.registry, scope_, request);
    if (!response.ok()) return refused(request, response);
    if (const auto next = response.headers.get("Location")) location_ = Session::follow(request, *next);
    const auto kept = end_of(response).value_or(offset_ + length);
    if (kept != offset_ + length) {
      lost(fmt::format("{} keeps {} of {} bytes", redact_url(request.url), kept, offset_ + length));
    }
    offset_ = kept;
  }

  // Sends what is left, `length` bytes, and says that it is all.
  void finish(std::uint64_t length) {
    auto url = *location_;
    url.add_query("digest", digest_.str());
    auto request = request_for("PUT", url, length);
    const auto response = session_.send(repository_.registry, scope_, request);
    if (!response.ok()) refused(request, response);
  }

  http::Request request_for(std::string_view method, const http::Url& url, std::uint64_t length) const {
    http::Request request;
    request.method = method;
    request.url = url.str();
    request.headers.set("Content-Type", "application/octet-stream");
    request.once = true;  // the registry may have kept part of what was sent: it must be asked first
    request.source =
        http::BodySource{length, [this, from = offset_, length](std::uint64_t at, char* buffer, std::size_t capacity) {
                           return source_.read(from + at, buffer, std::min<std::uint64_t>(capacity, length - at));
                         }};
    return request;
  }

  // Throws; the Error is retryable when another try may end better.
  void refused(const http::Request& request, const http::Response& response) {
    static constexpr int final_words[] = {401, 403, 413};
    retry_after_ = http::retry_after(response, session_.now());
    const bool passing = http::may_pass_later(response);
    const bool final = std::ranges::find(final_words, response.status) != std::end(final_words);
    if (passing || final) fail(request, response, repository_.registry);
    const bool gone = response.status == 404 || response.status == 416;
    const bool knows_no_chunks = request.method == "PATCH" && offset_ == 0 && response.status >= 400 && !gone;
    if (!knows_no_chunks && !resumed_ && !gone) fail(request, response, repository_.registry);
    // The session is lost, or what it holds is damaged, or chunks are nothing for this registry.
    whole_ = whole_ || knows_no_chunks;
    location_.reset();
    offset_ = 0;
    const auto said = complaint(response.body);
    lost(fmt::format("{} {}: status {}{}{}", request.method, redact_url(request.url), response.status,
                     said.empty() ? "" : ": ", said));
  }

  [[noreturn]] static void lost(const std::string& message) {
    throw Error(ErrorKind::registry, message, "the registry loses uploads, or a proxy before it breaks them", true);
  }

  // Asks where to go on. Where that is not known for certain, the upload starts anew.
  void find_offset() {
    http::Request request;
    request.url = location_->str();
    const auto response = session_.send(repository_.registry, scope_, request);
    const auto end = response.ok() ? end_of(response) : std::nullopt;
    // "0-0" stands for one byte and for none.
    if (!end || *end <= 1 || *end > source_.size) return location_.reset();
    if (const auto next = response.headers.get("Location")) location_ = Session::follow(request, *next);
    offset_ = *end;
    resumed_ = true;
  }

  static std::optional<std::uint64_t> end_of(const http::Response& response) {
    return uploaded_size(response.headers.get("Range").value_or(""));
  }

  Session& session_;
  const oci::Repository& repository_;
  const Digest& digest_;
  const http::BodySource& source_;
  std::optional<oci::Repository> mount_from_;
  std::string scope_;
  Perseverance perseverance_;
  std::optional<http::Url> location_;
  std::uint64_t chunk_ = 0;
  std::uint64_t offset_ = 0;  // what the registry has
  bool resumed_ = false;      // the session has outlived a break
  bool whole_ = false;        // the registry refuses chunks
  std::optional<std::chrono::milliseconds> retry_after_;
};

}  // namespace

void Client::push_blob(const oci::Repository& repository, const Digest& digest, const http::BodySource& source,
                       const std::optional<oci::Repository>& mount_from) {
  const bool mountable = mount_from && mount_from->registry == repository.registry && *mount_from != repository;
  Upload(*session_, repository, digest, source, mountable ? mount_from : std::nullopt).run();
}

void Client::check_push(const oci::Repository& repository) {
  const auto scope = push_scope(repository);
  http::Request request;
  request.method = "POST";
  request.url = session_->url(repository, "blobs/uploads/").str();
  const auto opened = session_->send(repository.registry, scope, request);
  if (!opened.ok()) fail(request, opened, repository.registry);
  const auto location = opened.headers.get("Location");
  if (opened.status != 202 || !location) return;
  request.url = Session::follow(request, *location).str();
  request.method = "DELETE";
  const auto response = session_->send(repository.registry, scope, request);
  if (!response.ok()) log::debug("{} keeps an empty upload: status {}", repository.registry, response.status);
}

}  // namespace polyarch::registry
