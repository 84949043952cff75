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

constexpr std::uint64_t largest_small_blob = 16U << 20;

std::string what(const oci::Repository& repository, const Digest& digest) {
  return fmt::format("blob {}@{}", repository.str(), digest.str());
}

// One blob on its way in, over as many requests as it takes.
class Download {
 public:
  Download(Session& session, const oci::Repository& repository, const oci::Descriptor& descriptor,
           const std::function<void(std::string_view)>& sink)
      : session_(session), places_(session.mirrors(repository)), descriptor_(descriptor), sink_(sink) {
    places_.push_back(repository);
  }

  // The whole blob, checked.
  void run() {
    hasher_.emplace(descriptor_.digest.algorithm());
    receive();
    const auto got = hasher_->finish();
    if (got != descriptor_.digest) wrong("has digest " + got.str());
  }

  // What follows `offset`, which nothing can be checked by.
  void run_from(std::uint64_t offset) {
    received_ = offset;
    receive();
  }

 private:
  void receive() {
    // A mirror that breaks off is not waited for: the next goes on where it stopped.
    for (; places_.size() > 1; places_.erase(places_.begin())) {
      if (ask_mirror(places_.front(), [this] { return ask(); })) return;
    }
    Perseverance perseverance(session_);
    while (true) {
      const auto before = received_;
      try {
        if (ask()) return;
        wrong(fmt::format("ended after {} of {} bytes", received_, descriptor_.size));
      } catch (const Error& error) {
        // Only a stream that has begun is ours to go on with: what never began, the transport has repeated.
        if (received_ == before) throw;
        perseverance.wait(error, received_);
        log::debug("again from byte {}: {}", received_, error.message());
      }
    }
  }

  // Whether all bytes are here.
  bool ask() {
    http::Request request;
    request.url = session_.url(place(), "blobs/" + descriptor_.digest.str()).str();
    request.once = places_.size() > 1;
    if (received_ > 0) request.headers.set("Range", fmt::format("bytes={}-", received_));
    request.on_head = [this](int status, const http::Headers& headers) { begin(status, headers); };
    request.sink = [this](std::string_view bytes) { take(bytes); };
    const auto response = session_.send(place().registry, pull_scope(place()), request);
    if (!response.ok()) fail(request, response, place().registry);
    return received_ == descriptor_.size;
  }

  // A server that knows no ranges sends everything again: what is here already is passed over.
  void begin(int status, const http::Headers& headers) {
    if (received_ == 0) return;
    skip_ = status == 206 ? 0 : received_;
    if (status == 206 && part_begin(headers.get("Content-Range").value_or("")) != received_) {
      wrong("went on at the wrong place");
    }
  }

  void take(std::string_view bytes) {
    const auto known = std::min<std::uint64_t>(skip_, bytes.size());
    skip_ -= known;
    bytes.remove_prefix(known);
    if (bytes.size() > descriptor_.size - received_) wrong(fmt::format("is longer than {} bytes", descriptor_.size));
    if (hasher_) hasher_->update(bytes);
    sink_(bytes);
    received_ += bytes.size();
  }

  [[noreturn]] void wrong(std::string_view problem) const {
    throw Error(ErrorKind::registry, fmt::format("{} {}", what(place(), descriptor_.digest), problem),
                "the registry, or a proxy before it, gives wrong content");
  }

  const oci::Repository& place() const { return places_.front(); }

  Session& session_;
  std::vector<oci::Repository> places_;  // that are left: mirrors, and last the registry itself
  const oci::Descriptor& descriptor_;
  const std::function<void(std::string_view)>& sink_;
  std::optional<Hasher> hasher_;
  std::uint64_t received_ = 0;
  std::uint64_t skip_ = 0;
};

}  // namespace

bool Client::has_blob(const oci::Repository& repository, const Digest& digest) {
  http::Request request;
  request.method = "HEAD";
  request.url = session_->url(repository, "blobs/" + digest.str()).str();
  const auto response = session_->send(repository.registry, pull_scope(repository), request);
  if (response.status == 404) return false;
  if (!response.ok()) fail(request, response, repository.registry);
  return true;
}

std::string Client::get_blob(const oci::Repository& repository, const oci::Descriptor& descriptor) {
  if (descriptor.size > largest_small_blob) {
    throw Error(ErrorKind::registry,
                fmt::format("{} of {} is larger than {}", what(repository, descriptor.digest),
                            text::human_size(descriptor.size), text::human_size(largest_small_blob)));
  }
  std::string bytes;
  get_blob(repository, descriptor, [&](std::string_view part) { bytes += part; });
  return bytes;
}

void Client::get_blob(const oci::Repository& repository, const oci::Descriptor& descriptor,
                      const std::function<void(std::string_view)>& sink) {
  Download(*session_, repository, descriptor, sink).run();
}

void Client::get_blob_from(std::uint64_t offset, const oci::Repository& repository, const oci::Descriptor& descriptor,
                           const std::function<void(std::string_view)>& sink) {
  Download(*session_, repository, descriptor, sink).run_from(offset);
}

}  // namespace polyarch::registry
