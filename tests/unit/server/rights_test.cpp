#include "client.hpp"

// What a registry lets whom do: logins, read-only, bounds.
namespace polyarch::server {
namespace {

class Rights : public ApiTest {
 protected:
  Answer ask_of(Api& other, const std::string& method, const std::string& path, const std::string& body = "",
                const Headers& headers = {}) {
    Request request;
    request.method = method;
    request.path = path;
    request.header = [headers](const char* name) {
      const auto found = headers.find(name);
      return found == headers.end() ? std::nullopt : std::optional(found->second);
    };
    request.body = [body](const ByteSink& sink) { return sink(body); };
    return other.handle(request);
  }
};

TEST_F(Rights, WantALoginForEverything) {
  Api guarded({.directory = directory.path() / "guarded",
               .users = Htpasswd::parse("ann:$2y$04$/VSBAfeU4FqVigNoyNnKA.thP1KYNDbcRm/R3Z1H2YZM0G6twY5Hi", "users")});
  for (const auto& [method, path] : std::map<std::string, std::string>{{"GET", "/v2/"},
                                                                       {"POST", "/v2/r/blobs/uploads/"},
                                                                       {"PUT", "/v2/r/manifests/v1"},
                                                                       {"DELETE", "/v2/r/manifests/v1"},
                                                                       {"HEAD", "/nowhere"}}) {
    const auto refusal = ask_of(guarded, method, path);
    EXPECT_EQ(refusal.status, 401);
    EXPECT_EQ(code(refusal), "UNAUTHORIZED");
    EXPECT_TRUE(header(refusal, "WWW-Authenticate").starts_with("Basic realm=")) << header(refusal, "WWW-Authenticate");
    EXPECT_EQ(ask_of(guarded, method, path, "", {{"Authorization", "Basic YW5uOndyb25n"}}).status, 401);
  }
  EXPECT_EQ(ask_of(guarded, "GET", "/v2/", "", {{"Authorization", "Basic YW5uOnNlY3JldA=="}}).status, 200);
}

TEST_F(Rights, OfAReadOnlyRegistryAreToRead) {
  const auto root = directory.path() / "second";
  std::string blob;
  {
    Api writer({.directory = root});
    blob = "/v2/r/blobs/" + Digest::sha256("hello").str();
    EXPECT_EQ(ask_of(writer, "POST", "/v2/r/blobs/uploads/").status, 202);
    auto draft = Draft(root / "drafts");
    Request request;
    request.method = "POST";
    request.path = "/v2/r/blobs/uploads/";
    request.query = {{"digest", Digest::sha256("hello").str()}};
    request.header = [](const char*) { return std::nullopt; };
    request.body = [](const ByteSink& sink) { return sink("hello"); };
    EXPECT_EQ(writer.handle(request).status, 201);
    EXPECT_ANY_THROW(Api({.directory = root, .read_only = true})) << "beside one that writes";
  }
  Api reader({.directory = root, .read_only = true});
  Api another({.directory = root, .read_only = true});
  EXPECT_EQ(ask_of(reader, "GET", blob).status, 200);
  EXPECT_EQ(ask_of(another, "HEAD", blob).status, 200);
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    const auto refusal = ask_of(reader, method, blob);
    EXPECT_EQ(refusal.status, 405);
    EXPECT_EQ(code(refusal), "UNSUPPORTED");
  }
  EXPECT_EQ(ask_of(reader, "GET", blob).status, 200);
  EXPECT_ANY_THROW(Api({.directory = directory.path() / "none", .read_only = true}));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "none"));
}

TEST_F(Rights, BoundTheSizeOfBlobs) {
  Api small({.directory = directory.path() / "small", .max_blob = 10});
  const auto location = [&] { return header(ask_of(small, "POST", "/v2/r/blobs/uploads/"), "Location"); };
  const auto exact = location();
  EXPECT_EQ(ask_of(small, "PATCH", exact, "01234").status, 202);
  EXPECT_EQ(ask_of(small, "PATCH", exact, "56789").status, 202);
  const auto more = ask_of(small, "PATCH", exact, "x");
  EXPECT_EQ(more.status, 413);
  EXPECT_EQ(code(more), "SIZE_INVALID");
  EXPECT_EQ(ask_of(small, "PATCH", exact, "x").status, 404) << "the upload has ended";
  EXPECT_EQ(ask_of(small, "PATCH", location(), "", {{"Content-Length", "11"}}).status, 413) << "before it is read";
  EXPECT_EQ(ask_of(small, "PATCH", location(), "", {{"Content-Length", "18446744073709551615"}}).status, 413);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path() / "small/drafts"), {}), 0);
}

TEST_F(Rights, MayIncludeSparseImages) {
  Api lenient({.directory = directory.path() / "lenient", .allow_sparse = true});
  const Json manifest{
      {"schemaVersion", 2}, {"config", descriptor(Digest::sha256("absent"))}, {"layers", Json::array()}};
  const Headers type{{"Content-Type", std::string(oci::media_type::oci_manifest)}};
  EXPECT_EQ(ask_of(lenient, "PUT", "/v2/r/manifests/v1", manifest.dump(), type).status, 201);
  EXPECT_EQ(ask_of(lenient, "GET", "/v2/r/manifests/v1").body, manifest.dump());
  EXPECT_EQ(ask_of(api, "PUT", "/v2/r/manifests/v1", manifest.dump(), type).status, 400);
}

}  // namespace
}  // namespace polyarch::server
