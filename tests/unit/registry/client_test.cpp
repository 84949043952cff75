#include "registry/client.hpp"

#include <gtest/gtest.h>

#include "unit/registry/scripted.hpp"

namespace polyarch::registry {
namespace {

using testing::Answer;
using testing::blob;
using testing::FakeCredentials;
using testing::reply;
using testing::Scripted;
using testing::ScriptedServer;

const std::string manifest =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";

TEST(Manifests, SurviveAServerInTrouble) {
  Scripted scripted(
      {reply(500), reply(429, "Retry-After: 3\r\n"), {"", Answer::Then::reset}, reply(200, "", manifest)});
  EXPECT_EQ(scripted.client.need_manifest(scripted.tag()).descriptor.digest, Digest::sha256(manifest));
  EXPECT_GE(scripted.clock.passed(), std::chrono::seconds(3));
}

TEST(Manifests, OnlyNotFoundIsAbsent) {
  Scripted scripted({reply(404), reply(404), reply(403), reply(400, "", "<html>")});
  EXPECT_FALSE(scripted.client.get_manifest(scripted.tag()));
  EXPECT_FALSE(scripted.client.head_manifest(scripted.tag()));
  EXPECT_EQ(scripted.failure([&] { scripted.client.get_manifest(scripted.tag()); }).kind(), ErrorKind::auth);
}

TEST(Manifests, SayWhatTheRegistrySays) {
  const std::string body = R"({"errors":[{"code":"DENIED","message":"no \u001b[31mway"},{"code":"X","message":"y"}]})";
  Scripted scripted({reply(403, "", body)});
  const auto error = scripted.failure([&] { scripted.client.get_manifest(scripted.tag()); });
  EXPECT_NE(error.message().find("DENIED: no way; X: y"), std::string::npos) << error.message();
  EXPECT_NE(error.message().find("GET http://" + scripted.server.authority()), std::string::npos);
}

TEST(Manifests, AreCheckedAgainstTheirDigests) {
  const auto other = Digest::sha256("other");
  Scripted scripted({reply(200, "", manifest), reply(200, "Docker-Content-Digest: " + other.str() + "\r\n", manifest)});
  const auto by_digest = scripted.failure([&] { scripted.client.get_manifest(scripted.tag().with(other)); });
  EXPECT_EQ(by_digest.kind(), ErrorKind::registry);
  EXPECT_FALSE(by_digest.retryable());
  EXPECT_EQ(scripted.failure([&] { scripted.client.get_manifest(scripted.tag()); }).kind(), ErrorKind::registry);
}

TEST(Manifests, AreBounded) {
  Scripted scripted({reply(200, "", std::string((4 << 20) + 1, ' '))});
  EXPECT_EQ(scripted.failure([&] { scripted.client.get_manifest(scripted.tag()); }).kind(), ErrorKind::registry);
}

TEST(Manifests, HeadFallsBackToGet) {
  Scripted scripted({reply(200), reply(200, "Content-Type: application/vnd.oci.image.index.v1+json\r\n", manifest)});
  const auto descriptor = scripted.client.head_manifest(scripted.tag());
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->digest, Digest::sha256(manifest));
  EXPECT_EQ(descriptor->size, manifest.size());
}

// Their digest is that of a part of the bytes, so they would look damaged.
TEST(Manifests, OfDockersFirstFormatAreToldByName) {
  const auto head =
      "Content-Type: application/vnd.docker.distribution.manifest.v1+prettyjws\r\n"
      "Docker-Content-Digest: " +
      Digest::sha256("payload").str() + "\r\n";
  Scripted scripted({reply(200, head, R"({"schemaVersion":1,"fsLayers":[]})")});
  const auto error = scripted.failure([&] { scripted.client.get_manifest(scripted.tag()); });
  EXPECT_NE(error.message().find("schema 1"), std::string::npos) << error.message();
}

TEST(Manifests, ThatArriveWrongAreNoticed) {
  const auto wrong = "Docker-Content-Digest: " + Digest::sha256("other").str() + "\r\n";
  Scripted scripted({reply(201, wrong)});
  const auto put = [&] { scripted.client.put_manifest(scripted.tag(), oci::media_type::oci_index, manifest); };
  EXPECT_EQ(scripted.failure(put).kind(), ErrorKind::registry);
  const auto elsewhere = scripted.tag().with(Digest::sha256("other"));
  EXPECT_EQ(
      scripted.failure([&] { scripted.client.put_manifest(elsewhere, oci::media_type::oci_index, manifest); }).kind(),
      ErrorKind::registry);
  EXPECT_EQ(scripted.server.seen().size(), 1U);
}

TEST(Manifests, GoUnderSeveralTagsInOneRequest) {
  Scripted scripted({reply(201, "OCI-Tag: 1.2 ,latest,, other\r\nOCI-Tag: 1\r\n"), reply(201), reply(414)});
  const auto put = [&] {
    return scripted.client.put_tagged(scripted.app(), {"1", "1.2", "1.2.3", "latest"}, oci::media_type::oci_index,
                                      manifest);
  };
  EXPECT_EQ(put(), (std::set<std::string>{"1", "1.2", "latest"}));
  EXPECT_TRUE(scripted.server.seen().at(0).has("/manifests/" + Digest::sha256(manifest).str() +
                                               "?tag=1&tag=1.2&tag=1.2.3&tag=latest HTTP"));
  EXPECT_TRUE(put().empty()) << "it does not know of tags here";
  EXPECT_EQ(scripted.failure(put).kind(), ErrorKind::registry);
}

TEST(Blobs, AreCheckedAgainstDigestAndSize) {
  Scripted scripted({reply(200, "", "wrong"), reply(200, "", "longer than that"), reply(200, "", "l")});
  for (const auto* expected : {"right", "longer", "longer"}) {
    const auto error = scripted.failure([&] { scripted.client.get_blob(scripted.app(), blob(expected)); });
    EXPECT_EQ(error.kind(), ErrorKind::registry);
    EXPECT_FALSE(error.retryable());
  }
}

TEST(Blobs, GoOnWhereTheyBrokeOff) {
  const auto half = Answer{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234", Answer::Then::close};
  const auto rest = reply(206, "Content-Range: bytes 5-9/10\r\n", "56789");
  Scripted ranged({half, rest});
  EXPECT_EQ(ranged.client.get_blob(ranged.app(), blob("0123456789")), "0123456789");
  EXPECT_TRUE(ranged.server.seen().at(1).has("Range: bytes=5-"));
  Scripted whole({half, reply(200, "", "0123456789")});
  EXPECT_EQ(whole.client.get_blob(whole.app(), blob("0123456789")), "0123456789");
  Scripted astray({half, reply(206, "Content-Range: bytes 4-9/10\r\n", "456789")});
  EXPECT_EQ(astray.failure([&] { astray.client.get_blob(astray.app(), blob("0123456789")); }).kind(),
            ErrorKind::registry);
}

TEST(Blobs, FollowRedirectsWithoutCredentials) {
  ScriptedServer storage({reply(200, "", "content")});
  const auto elsewhere = fmt::format("Location: http://localhost:{}/x\r\n", storage.port());
  Scripted scripted({reply(401, "WWW-Authenticate: Basic realm=\"r\"\r\n"), reply(307, elsewhere)});
  FakeCredentials credentials({{scripted.server.authority(), {"me", "password", ""}}});
  Client client(*scripted.transport, credentials, {});
  EXPECT_EQ(client.get_blob(scripted.app(), blob("content")), "content");
  EXPECT_TRUE(scripted.server.seen().at(1).has("Authorization: Basic"));
  EXPECT_FALSE(storage.seen().at(0).has("Authorization"));
}

TEST(Blobs, NobodyElseSaysWhereTheCredentialsGo) {
  ScriptedServer thief({});
  const auto challenge =
      fmt::format("WWW-Authenticate: Bearer realm=\"http://localhost:{}/token\",service=\"s\"\r\n", thief.port());
  ScriptedServer storage({reply(401, challenge), reply(400)});
  const auto elsewhere = fmt::format("Location: http://localhost:{}/x\r\n", storage.port());
  Scripted scripted({reply(401, "WWW-Authenticate: Basic realm=\"r\"\r\n"), reply(307, elsewhere),
                     reply(307, elsewhere), reply(200, "", "content")});
  FakeCredentials credentials({{scripted.server.authority(), {"me", "password", ""}}});
  Client client(*scripted.transport, credentials, {});
  const auto error = scripted.failure([&] { client.get_blob(scripted.app(), blob("content")); });
  EXPECT_EQ(error.kind(), ErrorKind::auth);
  EXPECT_NE(error.message().find("localhost"), std::string::npos) << "who refused: " << error.message();
  EXPECT_EQ(scripted.failure([&] { client.get_blob(scripted.app(), blob("content")); }).kind(), ErrorKind::registry);
  EXPECT_TRUE(thief.seen().empty());
  EXPECT_EQ(client.get_blob(scripted.app(), blob("content")), "content") << "over http, with the login as before";
  EXPECT_TRUE(scripted.server.seen().at(3).has("Authorization: Basic"));
}

TEST(Blobs, AreSentWhereTheyMayNotBeMounted) {
  for (const int status : {401, 403}) {
    std::deque<Answer> script{reply(404), reply(status, "WWW-Authenticate: Basic realm=\"r\"\r\n")};
    if (status == 401) script.push_back(reply(401, "WWW-Authenticate: Basic realm=\"r\"\r\n"));
    script.insert(script.end(), {reply(202, "Location: /u\r\n"), reply(201)});
    Scripted scripted(script);
    FakeCredentials credentials({{scripted.server.authority(), {"me", "password", ""}}});
    Client client(*scripted.transport, credentials, {});
    const std::string bytes = "content";
    client.push_blob(scripted.app(), Digest::sha256(bytes), testing::source_of(bytes),
                     testing::repository(scripted.server.authority() + "/base"));
    const auto seen = scripted.server.seen();
    EXPECT_TRUE(seen.at(1).has("?mount=")) << status;
    EXPECT_FALSE(seen.at(seen.size() - 2).has("?mount=")) << status;
  }
}

TEST(CheckPush, OpensAndCancels) {
  Scripted scripted({reply(202, "Location: /u\r\n"), reply(204), reply(403)});
  scripted.client.check_push(scripted.app());
  EXPECT_EQ(scripted.server.seen().at(1).line(), "DELETE /u HTTP/1.1");
  EXPECT_EQ(scripted.failure([&] { scripted.client.check_push(scripted.app()); }).kind(), ErrorKind::auth);
}

TEST(Tags, FollowThePages) {
  Scripted scripted({reply(200, "Link: </v2/app/tags/list?last=b>; rel=\"next\"\r\n", R"({"tags":["a","b"]})"),
                     reply(200, "", R"({"tags":["c"]})"), reply(404), reply(200, "", R"({"tags":null})")});
  EXPECT_EQ(scripted.client.tags(scripted.app()), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(scripted.server.seen().at(1).line(), "GET /v2/app/tags/list?last=b HTTP/1.1");
  EXPECT_TRUE(scripted.client.tags(scripted.app()).empty());
  EXPECT_TRUE(scripted.client.tags(scripted.app()).empty());
}

TEST(Tags, RefuseNonsenseAndEndlessPages) {
  for (const auto* body : {"x", R"({"tags":7})", R"({"tags":[7]})", R"({"tags":["a/b"]})"}) {
    Scripted scripted({reply(200, "", body)});
    EXPECT_THROW(scripted.client.tags(scripted.app()), Error) << body;
  }
  FakeCredentials credentials;
  testing::FakeTransport endless([](const http::Request&) {
    return http::Response{200, {{"Link", "</v2/app/tags/list>; rel=\"next\""}}, R"({"tags":["a"]})"};
  });
  Client client(endless, credentials, {});
  EXPECT_THROW(client.tags(testing::repository()), Error);
}

std::string referrers_page(const std::string& what) {
  return fmt::format(
      R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{}]}})",
      fmt::format(R"({{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":{}}})",
                  Digest::sha256(what).str(), what.size()));
}

TEST(Referrers, FollowThePages) {
  const std::string type = "Content-Type: application/vnd.oci.image.index.v1+json\r\n";
  Scripted scripted({reply(200, type + "Link: </v2/app/referrers/next?n=2>; rel=\"next\"\r\n", referrers_page("one")),
                     reply(200, type, referrers_page("second"))});
  const auto found = scripted.client.referrers(scripted.app(), Digest::sha256("subject"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].digest, Digest::sha256("one"));
  EXPECT_EQ(found[1].digest, Digest::sha256("second"));
  EXPECT_EQ(scripted.server.seen().at(1).line(), "GET /v2/app/referrers/next?n=2 HTTP/1.1");
}

// crane and oras have met these in registries.
TEST(Referrers, ComeFromTheFallbackTagWhateverARegistryWithoutTheirApiSays) {
  FakeCredentials credentials;
  const auto found = [&](const http::Response& answer) {
    testing::FakeTransport transport([&](const http::Request& request) {
      const bool by_tag = request.url.find("/manifests/sha256-") != std::string::npos;
      return by_tag ? http::Response{200, {}, referrers_page("one")} : answer;
    });
    return Client(transport, credentials, {}).referrers(testing::repository(), Digest::sha256("subject")).size();
  };
  for (const int status : {400, 404, 405, 406}) EXPECT_EQ(found({status, {}, ""}), 1U) << status;
  EXPECT_EQ(found({200, {{"Content-Type", "text/html; charset=utf-8"}}, "<html>"}), 1U);
  EXPECT_EQ(found({200, {{"Content-Type", "application/json"}}, manifest}), 0U);
  EXPECT_THROW(found({403, {}, ""}), Error);
  EXPECT_THROW(found({500, {}, ""}), Error);
}

// The type of an artifact that does not say it is that of its config (distribution-spec, "Pushing manifests with
// subject").
TEST(Referrers, AreListedWithTheTypeOfTheirConfigWhereTheyHaveNone) {
  std::string list;
  testing::FakeTransport transport([&](const http::Request& request) {
    if (request.url.find("/manifests/sha256-") == std::string::npos) return http::Response{201, {}, ""};
    if (request.method == "PUT") list = request.body;
    if (list.empty()) return http::Response{404, {}, ""};
    return http::Response{request.method == "PUT" ? 201 : 200, {}, list};
  });
  FakeCredentials credentials;
  Client client(transport, credentials, {});
  const auto digest = Digest::sha256("subject").str();
  const auto referrer = fmt::format(
      R"({{"schemaVersion":2,"mediaType":"{0}","config":{{"mediaType":"x/config","digest":"{1}","size":7}},"layers":[],)"
      R"("subject":{{"mediaType":"{0}","digest":"{1}","size":7}}}})",
      oci::media_type::oci_manifest, digest);
  client.put_manifest({testing::repository(), "a", std::nullopt}, oci::media_type::oci_manifest, referrer);
  const auto entries = oci::Index::parse(list, "the list").manifests;
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].artifact_type, "x/config");
}

TEST(Ping, TellsARegistryFromAnythingElse) {
  Scripted scripted({reply(200), reply(404), reply(401, "WWW-Authenticate: Basic\r\n")});
  scripted.client.ping(scripted.server.authority());
  EXPECT_EQ(scripted.failure([&] { scripted.client.ping(scripted.server.authority()); }).kind(), ErrorKind::registry);
  EXPECT_EQ(scripted.failure([&] { scripted.client.ping(scripted.server.authority()); }).kind(), ErrorKind::auth);
}

}  // namespace
}  // namespace polyarch::registry
