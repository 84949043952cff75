#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "server/errors.hpp"
#include "server/htpasswd.hpp"
#include "server/message.hpp"
#include "server/names.hpp"
#include "server/store.hpp"
#include "server/uploads.hpp"

namespace polyarch::server {

struct ApiOptions {
  std::filesystem::path directory;
  std::uint64_t max_manifest = 4U << 20;  // bytes; the spec asks for this much at least
  std::uint64_t max_blob = std::uint64_t{32} << 30;
  bool read_only = false;
  bool allow_sparse = false;      // manifests whose blobs and children are not there
  std::optional<Htpasswd> users;  // nullopt: everybody
};

// The distribution-spec: one answer for each request. Safe for several threads.
class Api {
 public:
  explicit Api(ApiOptions options);

  // Never throws what a client can cause.
  Answer handle(const Request& request);

 private:
  std::optional<Answer> forbid(const Request& request) const;
  Answer route(const Request& request);
  Answer route(const Request& request, const RepositoryName& name, const Target& target);

  Answer blob(const Request& request, const RepositoryName& name, const std::string& reference);
  Answer start_upload(const Request& request, const RepositoryName& name);
  std::optional<Digest> mount(const Request& request, const RepositoryName& name);
  Answer upload(const Request& request, const RepositoryName& name, const std::string& id);
  Answer receive(const Request& request, Upload& upload);
  Answer finish(const Request& request, Upload& upload, const std::string& wanted);
  std::optional<Answer> append(const Request& request, Upload& upload);
  Answer too_large(Upload& upload);

  Answer manifest(const Request& request, const RepositoryName& name, const std::string& reference);
  Answer get_manifest(const RepositoryName& name, const std::string& reference) const;
  Answer put_manifest(const Request& request, const RepositoryName& name, const std::string& reference);
  Answer delete_manifest(const RepositoryName& name, const std::string& reference);
  std::optional<std::string> read_body(const Request& request) const;
  std::vector<std::string> missing(const RepositoryName& name, const ManifestFacts& facts) const;

  Answer tags(const Request& request, const RepositoryName& name) const;
  Answer referrers(const Request& request, const RepositoryName& name, const std::string& reference) const;

  const ApiOptions options_;
  Store store_;
  Uploads uploads_;
};

}  // namespace polyarch::server
