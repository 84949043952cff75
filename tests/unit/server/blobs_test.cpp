#include <future>

#include "client.hpp"

namespace polyarch::server {
namespace {

class Blobs : public ApiTest {
 protected:
  std::string start(Query query = {}) {
    const auto answer = ask("POST", "/v2/r/blobs/uploads/", std::move(query));
    EXPECT_EQ(answer.status, 202);
    return header(answer, "Location");
  }
};

TEST_F(Blobs, AreUnknownUntilPushed) {
  const auto path = "/v2/r/blobs/" + Digest::sha256("hello").str();
  EXPECT_EQ(ask("GET", path).status, 404);
  EXPECT_EQ(code(ask("GET", path)), "BLOB_UNKNOWN");
  push_blob("r", "hello");
  const auto answer = ask("GET", path);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(content(answer), "hello");
  EXPECT_EQ(header(answer, "Docker-Content-Digest"), Digest::sha256("hello").str());
}

TEST_F(Blobs, BelongToTheirRepositoryUntilMounted) {
  const auto digest = push_blob("r", "hello");
  EXPECT_EQ(ask("GET", "/v2/other/blobs/" + digest.str()).status, 404);
  EXPECT_EQ(ask("POST", "/v2/other/blobs/uploads/", {{"mount", digest.str()}, {"from", "third"}}).status, 202);
  const auto mounted = ask("POST", "/v2/other/blobs/uploads/", {{"mount", digest.str()}, {"from", "r"}});
  EXPECT_EQ(mounted.status, 201);
  EXPECT_EQ(header(mounted, "Location"), "/v2/other/blobs/" + digest.str());
  EXPECT_EQ(ask("GET", "/v2/other/blobs/" + digest.str()).status, 200);
}

TEST_F(Blobs, AreMountedFromAnywhereWhenNoSourceIsNamed) {
  const auto digest = push_blob("r", "hello");
  EXPECT_EQ(ask("POST", "/v2/other/blobs/uploads/", {{"mount", digest.str()}}).status, 201);
  const auto absent = Digest::sha256("absent").str();
  EXPECT_EQ(ask("POST", "/v2/other/blobs/uploads/", {{"mount", absent}}).status, 202);
  EXPECT_EQ(ask("POST", "/v2/other/blobs/uploads/", {{"mount", digest.str()}, {"from", "../r"}}).status, 202);
}

TEST_F(Blobs, StayInOtherRepositoriesWhenRemoved) {
  const auto digest = push_blob("r", "hello");
  push_blob("other", "hello");
  EXPECT_EQ(ask("DELETE", "/v2/r/blobs/" + digest.str()).status, 202);
  EXPECT_EQ(ask("DELETE", "/v2/r/blobs/" + digest.str()).status, 404);
  EXPECT_EQ(ask("GET", "/v2/r/blobs/" + digest.str()).status, 404);
  EXPECT_EQ(content(ask("GET", "/v2/other/blobs/" + digest.str())), "hello");
}

TEST_F(Blobs, ArriveInChunks) {
  const auto location = start();
  const auto first = ask("PATCH", location, {}, "hello ", {{"Content-Range", "0-5"}, {"Content-Length", "6"}});
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(header(first, "Range"), "0-5");
  EXPECT_EQ(ask("PATCH", location, {}, "wor").status, 202);
  const auto status = ask("GET", location);
  EXPECT_EQ(status.status, 204);
  EXPECT_EQ(header(status, "Range"), "0-8");
  EXPECT_EQ(header(status, "Location"), location);
  const auto digest = Digest::sha256("hello world");
  const auto done = ask("PUT", location, {{"digest", digest.str()}}, "ld", {{"Content-Range", "9-10"}});
  EXPECT_EQ(done.status, 201);
  EXPECT_EQ(header(done, "Location"), "/v2/r/blobs/" + digest.str());
  EXPECT_EQ(content(ask("GET", "/v2/r/blobs/" + digest.str())), "hello world");
  EXPECT_EQ(code(ask("GET", location)), "BLOB_UPLOAD_UNKNOWN");
}

TEST_F(Blobs, RefuseChunksOutOfOrder) {
  const auto location = start();
  EXPECT_EQ(ask("PATCH", location, {}, "x", {{"Content-Range", "1-1"}}).status, 416);
  ask("PATCH", location, {}, "abc");
  for (const auto* range : {"0-2", "2-4", "4-6"}) {
    const auto answer = ask("PATCH", location, {}, "abc", {{"Content-Range", range}});
    EXPECT_EQ(answer.status, 416) << range;
    EXPECT_EQ(header(answer, "Range"), "0-2") << range;
  }
  const auto digest = Digest::sha256("abcabc").str();
  EXPECT_EQ(ask("PUT", location, {{"digest", digest}}, "abc", {{"Content-Range", "9-11"}}).status, 416);
  EXPECT_EQ(ask("PUT", location, {{"digest", digest}}, "abc", {{"Content-Range", "3-5"}}).status, 201);
}

TEST_F(Blobs, RefuseChunksOfAnotherLength) {
  const auto location = start();
  EXPECT_EQ(code(ask("PATCH", location, {}, "abc", {{"Content-Range", "0-9"}, {"Content-Length", "3"}})),
            "SIZE_INVALID");
  EXPECT_EQ(code(ask("PATCH", location, {}, "", {{"Content-Range", "0-0"}, {"Content-Length", "0"}})), "SIZE_INVALID");
  EXPECT_EQ(header(ask("GET", location), "Range"), "0-0");
  EXPECT_EQ(code(ask("PATCH", location, {}, "abc", {{"Content-Range", "0-9"}})), "SIZE_INVALID");
  EXPECT_EQ(code(ask("PATCH", location, {}, "abc", {{"Content-Range", "nonsense"}})), "BLOB_UPLOAD_INVALID");
}

TEST_F(Blobs, MustMatchTheirDigest) {
  const auto wrong = Digest::sha256("other").str();
  EXPECT_EQ(code(ask("POST", "/v2/r/blobs/uploads/", {{"digest", wrong}}, "hello")), "DIGEST_INVALID");
  const auto location = start();
  EXPECT_EQ(code(ask("PUT", location, {}, "hello")), "DIGEST_INVALID");
  EXPECT_EQ(code(ask("PUT", location, {{"digest", "md5:1"}}, "hello")), "DIGEST_INVALID");
  EXPECT_EQ(code(ask("PUT", location, {{"digest", wrong}}, "hello")), "DIGEST_INVALID");
  EXPECT_EQ(ask("GET", location).status, 404);
  EXPECT_EQ(ask("GET", "/v2/r/blobs/" + wrong).status, 404);
}

TEST_F(Blobs, MayHaveSha512Digests) {
  Hasher hasher("sha512");
  hasher.update("hello");
  const auto digest = hasher.finish().str();
  EXPECT_EQ(ask("POST", "/v2/r/blobs/uploads/", {{"digest", digest}}, "hello").status, 201);
  EXPECT_EQ(content(ask("GET", "/v2/r/blobs/" + digest)), "hello");
  EXPECT_EQ(ask("PUT", start(), {{"digest", digest}}, "hello").status, 201) << "begun as sha256";
  EXPECT_EQ(ask("PUT", start({{"digest-algorithm", "sha512"}}), {{"digest", digest}}, "hello").status, 201);
  EXPECT_EQ(code(ask("POST", "/v2/r/blobs/uploads/", {{"digest-algorithm", "md5"}})), "DIGEST_INVALID");
}

TEST_F(Blobs, MayBeEmpty) {
  const auto digest = push_blob("r", "");
  const auto answer = ask("GET", "/v2/r/blobs/" + digest.str());
  ASSERT_TRUE(answer.blob);
  EXPECT_EQ(answer.blob->size, 0U);
}

TEST_F(Blobs, UploadsAreCancelledAndBelongToOneRepository) {
  const auto location = start();
  auto elsewhere = location;
  elsewhere.replace(elsewhere.find("/r/"), 3, "/q/");
  EXPECT_EQ(ask("GET", elsewhere).status, 404);
  EXPECT_EQ(ask("DELETE", location).status, 204);
  EXPECT_EQ(ask("PATCH", location, {}, "x").status, 404);
}

TEST_F(Blobs, AreFinishedByOneRequestOnly) {
  const auto location = start();
  const Query digest{{"digest", Digest::sha256("hello").str()}};
  std::future<int> second;
  Request first;
  first.method = "PUT";
  first.path = location;
  first.query = digest;
  first.header = [](const char*) { return std::nullopt; };
  first.body = [&](const ByteSink& sink) {
    second = std::async(std::launch::async, [&] { return ask("PUT", location, digest, "hello").status; });
    EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout) << "it has to wait";
    sink("hello");
    return true;
  };
  EXPECT_EQ(api.handle(first).status, 201);
  EXPECT_EQ(second.get(), 404);
}

TEST_F(Blobs, LeaveNoDraftsBehind) {
  push_blob("r", "hello");
  ask("DELETE", start());
  ask("PUT", start(), {{"digest", Digest::sha256("other").str()}}, "hello");
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "store" / "drafts"));
}

TEST_F(Blobs, RefuseWrongMethodsAndNames) {
  EXPECT_EQ(ask("PUT", "/v2/r/blobs/" + Digest::sha256("x").str()).status, 405);
  EXPECT_EQ(ask("GET", "/v2/r/blobs/uploads/").status, 405);
  EXPECT_EQ(ask("POST", "/v2/").status, 405);
  EXPECT_EQ(header(ask("PATCH", "/v2/r/manifests/v1"), "Allow"), "GET, HEAD, PUT, DELETE");
  const auto location = header(ask("POST", "/v2/r/blobs/uploads/"), "Location");
  EXPECT_EQ(header(ask("POST", location), "Allow"), "GET, HEAD, PATCH, PUT, DELETE");
  EXPECT_EQ(code(ask("GET", "/v2/r/blobs/sha256:../../x")), "UNSUPPORTED");
  EXPECT_EQ(code(ask("GET", "/v2/r/blobs/sha256:x")), "DIGEST_INVALID");
  EXPECT_EQ(code(ask("POST", "/v2/../../etc/blobs/uploads/")), "NAME_INVALID");
}

}  // namespace
}  // namespace polyarch::server
