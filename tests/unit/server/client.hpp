#pragma once
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "oci/descriptor.hpp"
#include "server/api.hpp"
#include "sys/files.hpp"

// Asks the registry's API without a network.
namespace polyarch::server {

class ApiTest : public ::testing::Test {
 protected:
  using Headers = std::map<std::string, std::string>;
  using Query = std::multimap<std::string, std::string>;

  static constexpr std::uint64_t max_manifest = 64U << 10;

  Answer ask(const std::string& method, const std::string& path, Query query = {}, std::string body = "",
             Headers headers = {}) {
    Request request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.header = [headers](const char* name) {
      const auto found = headers.find(name);
      return found == headers.end() ? std::nullopt : std::optional(found->second);
    };
    request.body = [body](const ByteSink& sink) {
      for (std::size_t at = 0; at < body.size(); at += 3) {
        if (!sink(std::string_view(body).substr(at, 3))) return false;
      }
      return true;
    };
    return api.handle(request);
  }

  static std::string header(const Answer& answer, const std::string& name) {
    const auto found = std::ranges::find(answer.headers, name, [](const auto& item) { return item.first; });
    return found == answer.headers.end() ? "" : found->second;
  }

  // The code of a refusal.
  static std::string code(const Answer& answer) {
    return answer.body.empty() ? "" : Json::parse(answer.body).at("errors").at(0).at("code").get<std::string>();
  }

  static std::string content(const Answer& answer) {
    if (!answer.blob) return answer.body;
    std::string bytes(answer.blob->size, '\0');
    bytes.resize(read_at(answer.blob->file.get(), bytes.data(), bytes.size(), 0));
    return bytes;
  }

  Digest push_blob(const std::string& repository, const std::string& bytes) {
    const auto digest = Digest::sha256(bytes);
    const auto answer = ask("POST", "/v2/" + repository + "/blobs/uploads/", {{"digest", digest.str()}}, bytes);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return digest;
  }

  static Json descriptor(const Digest& digest) {
    return {{"mediaType", "application/vnd.example"}, {"digest", digest.str()}, {"size", 1}};
  }

  // An image of one config, whose blob is pushed as well.
  Json image(const std::string& repository, const std::string& config = "{}") {
    return {{"schemaVersion", 2},
            {"mediaType", oci::media_type::oci_manifest},
            {"config", descriptor(push_blob(repository, config))},
            {"layers", Json::array()}};
  }

  Answer put(const std::string& repository, const std::string& reference, const Json& manifest, Query query = {}) {
    return ask("PUT", "/v2/" + repository + "/manifests/" + reference, std::move(query), manifest.dump());
  }

  sys::TemporaryDirectory directory;
  Api api{{.directory = directory.path() / "store", .max_manifest = max_manifest}};
};

}  // namespace polyarch::server
