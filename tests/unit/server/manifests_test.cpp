#include "client.hpp"

namespace polyarch::server {
namespace {

class Manifests : public ApiTest {};

TEST_F(Manifests, AreKeptByteByByte) {
  const auto bytes = "  " + image("r").dump(3) + "\n";
  const auto digest = Digest::sha256(bytes).str();
  const auto pushed = ask("PUT", "/v2/r/manifests/v1", {}, bytes);
  EXPECT_EQ(pushed.status, 201);
  EXPECT_EQ(header(pushed, "Location"), "/v2/r/manifests/" + digest);
  for (const auto& reference : {std::string("v1"), digest}) {
    const auto answer = ask("GET", "/v2/r/manifests/" + reference);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, bytes);
    EXPECT_EQ(answer.content_type, oci::media_type::oci_manifest);
    EXPECT_EQ(header(answer, "Docker-Content-Digest"), digest);
  }
}

TEST_F(Manifests, AreUnknownElsewhere) {
  put("r", "v1", image("r"));
  for (const auto* path : {"/v2/r/manifests/v2", "/v2/q/manifests/v1", "/v2/r/manifests/.odd"}) {
    EXPECT_EQ(code(ask("GET", path)), "MANIFEST_UNKNOWN") << path;
  }
}

TEST_F(Manifests, MoveTheirTag) {
  put("r", "v1", image("r", "1"));
  const auto second = image("r", "2");
  put("r", "v1", second);
  EXPECT_EQ(ask("GET", "/v2/r/manifests/v1").body, second.dump());
}

TEST_F(Manifests, MayBePushedByDigest) {
  const auto manifest = image("r");
  const auto digest = Digest::sha256(manifest.dump()).str();
  EXPECT_EQ(code(put("r", Digest::sha256("other").str(), manifest)), "DIGEST_INVALID");
  EXPECT_EQ(put("r", digest, manifest).status, 201);
  EXPECT_EQ(ask("GET", "/v2/r/manifests/" + digest).status, 200);
  const auto tagged = put("r", digest, manifest, {{"tag", "a"}, {"tag", "b"}});
  EXPECT_EQ(header(tagged, "OCI-Tag"), "a");
  EXPECT_EQ(ask("GET", "/v2/r/manifests/b").status, 200);
  EXPECT_EQ(code(put("r", digest, manifest, {{"tag", "../x"}})), "MANIFEST_INVALID");
  EXPECT_EQ(code(put("r", ".x", manifest)), "MANIFEST_INVALID");
}

TEST_F(Manifests, NeedTheirBlobs) {
  const auto manifest = image("r");
  const auto refused = put("other", "v1", manifest);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(code(refused), "MANIFEST_BLOB_UNKNOWN");
  EXPECT_EQ(ask("GET", "/v2/other/manifests/v1").status, 404);
}

TEST_F(Manifests, NeedTheirChildren) {
  const auto child = image("r");
  const auto index = Json{{"schemaVersion", 2},
                          {"mediaType", oci::media_type::oci_index},
                          {"manifests", {descriptor(Digest::sha256(child.dump()))}}};
  EXPECT_EQ(code(put("r", "v1", index)), "MANIFEST_BLOB_UNKNOWN");
  put("r", "child", child);
  EXPECT_EQ(put("r", "v1", index).status, 201);
}

TEST_F(Manifests, AreBounded) {
  auto manifest = image("r");
  manifest["annotations"] = {{"long", std::string(max_manifest, 'x')}};
  const auto refused = put("r", "v1", manifest);
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(code(refused), "SIZE_INVALID");
  EXPECT_EQ(code(ask("PUT", "/v2/r/manifests/v1", {}, "{")), "MANIFEST_INVALID");
}

TEST_F(Manifests, RemovedByTagStayByDigest) {
  const auto manifest = image("r");
  put("r", "v1", manifest);
  EXPECT_EQ(ask("DELETE", "/v2/r/manifests/v1").status, 202);
  EXPECT_EQ(ask("DELETE", "/v2/r/manifests/v1").status, 404);
  EXPECT_EQ(ask("GET", "/v2/r/manifests/v1").status, 404);
  EXPECT_EQ(ask("GET", "/v2/r/manifests/" + Digest::sha256(manifest.dump()).str()).status, 200);
}

TEST_F(Manifests, RemovedByDigestTakeTheirTagsAlong) {
  const auto manifest = image("r", "1");
  put("r", "v1", manifest);
  put("r", "v2", manifest);
  put("r", "v3", image("r", "3"));
  const auto path = "/v2/r/manifests/" + Digest::sha256(manifest.dump()).str();
  EXPECT_EQ(ask("DELETE", path).status, 202);
  EXPECT_EQ(ask("DELETE", path).status, 404);
  EXPECT_EQ(ask("GET", "/v2/r/manifests/v1").status, 404);
  EXPECT_EQ(ask("GET", "/v2/r/tags/list").body, R"({"name":"r","tags":["v3"]})");
}

TEST_F(Manifests, AreListedWithTheirTags) {
  EXPECT_EQ(code(ask("GET", "/v2/r/tags/list")), "NAME_UNKNOWN");
  const auto manifest = image("r");
  EXPECT_EQ(ask("GET", "/v2/r/tags/list").body, R"({"name":"r","tags":[]})");
  for (const auto* tag : {"b", "a", "C", "d"}) put("r", tag, manifest);
  EXPECT_EQ(ask("GET", "/v2/r/tags/list").body, R"({"name":"r","tags":["C","a","b","d"]})");
}

TEST_F(Manifests, TagsAreListedByPages) {
  const auto manifest = image("r");
  for (const auto* tag : {"a", "b", "c"}) put("r", tag, manifest);
  const auto page = ask("GET", "/v2/r/tags/list", {{"n", "2"}});
  EXPECT_EQ(page.body, R"({"name":"r","tags":["a","b"]})");
  EXPECT_EQ(header(page, "Link"), R"(</v2/r/tags/list?n=2&last=b>; rel="next")");
  const auto rest = ask("GET", "/v2/r/tags/list", {{"n", "2"}, {"last", "b"}});
  EXPECT_EQ(rest.body, R"({"name":"r","tags":["c"]})");
  EXPECT_EQ(header(rest, "Link"), "");
  const auto none = ask("GET", "/v2/r/tags/list", {{"n", "0"}});
  EXPECT_EQ(none.body, R"({"name":"r","tags":[]})");
  EXPECT_EQ(header(none, "Link"), "");
  EXPECT_EQ(ask("GET", "/v2/r/tags/list", {{"n", "-1"}}).status, 400);
}

TEST_F(Manifests, AreFoundByTheirSubject) {
  const auto subject = image("r", "subject");
  const auto digest = Digest::sha256(subject.dump());
  auto signature = image("r", "signature");
  signature["subject"] = descriptor(digest);
  signature["artifactType"] = "application/vnd.example.signature";
  const auto pushed = put("r", "sig", signature);
  EXPECT_EQ(pushed.status, 201) << "the subject may come later";
  EXPECT_EQ(header(pushed, "OCI-Subject"), digest.str());

  const auto path = "/v2/r/referrers/" + digest.str();
  const auto listed = ask("GET", path);
  EXPECT_EQ(listed.content_type, oci::media_type::oci_index);
  const auto manifests = Json::parse(listed.body).at("manifests");
  ASSERT_EQ(manifests.size(), 1U);
  EXPECT_EQ(manifests[0].at("digest"), Digest::sha256(signature.dump()).str());
  EXPECT_EQ(manifests[0].at("size"), signature.dump().size());
  EXPECT_EQ(manifests[0].at("artifactType"), "application/vnd.example.signature");

  const auto filtered = ask("GET", path, {{"artifactType", "application/vnd.example.sbom"}});
  EXPECT_EQ(header(filtered, "OCI-Filters-Applied"), "artifactType");
  EXPECT_TRUE(Json::parse(filtered.body).at("manifests").empty());

  ask("DELETE", "/v2/r/manifests/" + Digest::sha256(signature.dump()).str());
  EXPECT_TRUE(Json::parse(ask("GET", path).body).at("manifests").empty());
  EXPECT_EQ(ask("GET", "/v2/r/referrers/x").status, 400);
  EXPECT_EQ(ask("GET", "/v2/unheard/referrers/" + digest.str()).status, 200);
}

}  // namespace
}  // namespace polyarch::server
