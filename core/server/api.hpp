#pragma once
#include <filesystem>
#include <string>

#include "server/errors.hpp"
#include "server/message.hpp"
#include "server/names.hpp"
#include "server/store.hpp"
#include "server/uploads.hpp"

namespace polyarch::server {

// The distribution-spec: one answer for each request. Safe for several threads.
class Api {
 public:
  Api(std::filesystem::path directory, std::uint64_t max_manifest)
      : max_manifest_(max_manifest), store_(std::move(directory), max_manifest) {}

  // Never throws what a client can cause.
  Answer handle(const Request& request);

 private:
  Answer route(const Request& request);
  Answer route(const Request& request, const RepositoryName& name, const Target& target);

  Answer blob(const Request& request, const RepositoryName& name, const std::string& reference);
  Answer start_upload(const Request& request, const RepositoryName& name);
  std::optional<Digest> mount(const Request& request, const RepositoryName& name);
  Answer upload(const Request& request, const RepositoryName& name, const std::string& id);
  Answer receive(const Request& request, Upload& upload);
  Answer finish(const Request& request, Upload& upload, const std::string& wanted);
  std::optional<Answer> append(const Request& request, Upload& upload);

  Answer manifest(const Request& request, const RepositoryName& name, const std::string& reference);
  Answer get_manifest(const RepositoryName& name, const std::string& reference) const;
  Answer put_manifest(const Request& request, const RepositoryName& name, const std::string& reference);
  Answer delete_manifest(const RepositoryName& name, const std::string& reference);
  std::optional<std::string> read_body(const Request& request) const;
  std::vector<std::string> missing(const RepositoryName& name, const ManifestFacts& facts) const;

  Answer tags(const Request& request, const RepositoryName& name) const;
  Answer referrers(const Request& request, const RepositoryName& name, const std::string& reference) const;

  std::uint64_t max_manifest_;
  Store store_;
  Uploads uploads_;
};

}  // namespace polyarch::server
