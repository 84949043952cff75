#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http/transport.hpp"
#include "oci/manifest.hpp"
#include "oci/reference.hpp"
#include "registry/credentials.hpp"
#include "registry/mirrors.hpp"

namespace polyarch::registry {

class Session;

// How many requests it pays to have under way at once: as many as the transport sends to one host.
constexpr std::size_t parallel_requests = 16;
// How many tags a registry that takes several at once should take (distribution-spec after 1.1).
constexpr std::size_t tags_a_request = 10;

// A manifest or index as the registry has it: its exact bytes and what they hash to.
struct Content {
  oci::Descriptor descriptor;
  std::string bytes;
};

struct ClientOptions {
  // "host" or "host:port" of registries that speak plain HTTP. Loopback ones (localhost, 127.0.0.0/8, [::1]) need no
  // mention: they are asked in plain HTTP, and in TLS when they answer that with status 400, as TLS servers do.
  std::vector<std::string> insecure_registries;
  // For uploads and downloads that break off: they go on where they broke. Single requests are the transport's to
  // repeat.
  http::RetryPolicy resume;
  Clock* clock = &system_clock();
  const sys::Cancel* cancel = nullptr;  // ends the waits of `resume`
  // Asked first, each once, for the content of what is named by digest, and for tags too where an old answer does no
  // harm. What they lack or refuse comes from the registry itself.
  std::vector<Mirror> mirrors;
  bool mirrored_tags = false;
  // Blobs of more bytes are uploaded in parts of this size (or of what the registry wants at least): a break costs less
  // than that, and proxies that limit a body at 100 MB let it pass.
  std::uint64_t chunk = 64U << 20;
  std::size_t page = 1000;  // tags that are asked for at a time
};

// A client of OCI registries (distribution-spec 1.1). Absent is nullopt, and only 404 is absent. 401 and 403 are
// Error{auth}; other statuses Error{registry}, with the registry's own message, the method and the URL without secrets.
// Every byte is checked against its digest before it is handed out. Safe for several threads.
class Client {
 public:
  // Both must outlive the client.
  Client(http::Transport& transport, CredentialStore& credentials, ClientOptions options);
  ~Client();

  std::optional<oci::Descriptor> head_manifest(const oci::Reference& reference);
  std::optional<Content> get_manifest(const oci::Reference& reference);
  // As get_manifest; absent is Error{registry} that names the reference.
  Content need_manifest(const oci::Reference& reference);
  // Puts under the tag or the digest of `reference`; returns what the bytes hash to. A manifest with a subject is
  // listed among its referrers afterwards, also where the registry lacks the referrers API.
  oci::Descriptor put_manifest(const oci::Reference& reference, std::string_view media_type, std::string_view bytes);
  // Puts by digest and, in the same request, under up to `tags_a_request` tags of `repository`. Returns those that the
  // registry took: all, some, or none where it does not know how (distribution-spec after 1.1, "Pushing Manifests").
  std::set<std::string> put_tagged(const oci::Repository& repository, const std::vector<std::string>& tags,
                                   std::string_view media_type, std::string_view bytes);
  void delete_manifest(const oci::Reference& reference);  // absent is success

  bool has_blob(const oci::Repository& repository, const Digest& digest);
  // Small blobs (configs): whole, checked against digest and size; over 16 MiB is Error{registry}.
  std::string get_blob(const oci::Repository& repository, const oci::Descriptor& descriptor);
  // Streams into `sink` and checks at the end: on an Error what the sink got must be thrown away.
  void get_blob(const oci::Repository& repository, const oci::Descriptor& descriptor,
                const std::function<void(std::string_view)>& sink);
  // The bytes from `offset` on. They are not checked: who reads a blob in parts hashes the whole.
  void get_blob_from(std::uint64_t offset, const oci::Repository& repository, const oci::Descriptor& descriptor,
                     const std::function<void(std::string_view)>& sink);
  // Uploads unless the registry has it already. `mount_from`: a repository of the same registry that may hold the blob.
  // `digest` must be that of what `source` gives. Memory stays constant.
  void push_blob(const oci::Repository& repository, const Digest& digest, const http::BodySource& source,
                 const std::optional<oci::Repository>& mount_from = std::nullopt);

  // Every tag, in the registry's order, over all pages; an absent repository has none.
  std::vector<std::string> tags(const oci::Repository& repository);
  // The referrers of a manifest (referrers API, or its tag fallback), all pages.
  std::vector<oci::Descriptor> referrers(const oci::Repository& repository, const Digest& digest);
  // Opens an upload and cancels it: throws the Error that a push would end with. Nothing changes.
  void check_push(const oci::Repository& repository);
  // GET /v2/ with the credentials: throws when the registry is unreachable or refuses them.
  void ping(const std::string& registry);

 private:
  http::Response put(const oci::Reference& reference, const std::vector<std::string>& tags,
                     const oci::Descriptor& descriptor, std::string_view bytes);

  std::unique_ptr<Session> session_;
};

}  // namespace polyarch::registry
