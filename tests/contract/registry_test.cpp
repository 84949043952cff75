// What the client expects of every registry: one suite, run against each kind that is at hand.
#include <algorithm>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <set>

#include "base/error.hpp"
#include "contract/fault_proxy.hpp"
#include "contract/registries.hpp"
#include "registry/client.hpp"
#include "sys/parallel.hpp"
#include "unit/registry/fixture.hpp"

namespace polyarch::registry {
namespace {

using testing::source_of;

using testing::DistributionRegistry;
using testing::RunningRegistry;

using testing::Guard;

struct Kind {
  const char* name;
  bool distribution = false;
  Guard guard = Guard::none;
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

constexpr Kind embedded{"embedded"};
constexpr Kind embedded_tls{"embeddedWithTls", false, Guard::tls};
constexpr Kind embedded_htpasswd{"embeddedWithHtpasswd", false, Guard::htpasswd};
constexpr Kind distribution{"distribution", true};
constexpr Kind distribution_tls{"distributionWithTls", true, Guard::tls};
constexpr Kind distribution_htpasswd{"distributionWithHtpasswd", true, Guard::htpasswd};
constexpr Kind distribution_tokens{"distributionWithTokens", true, Guard::token};

std::unique_ptr<RunningRegistry> start(const Kind& kind) {
  if (kind.distribution) return std::make_unique<DistributionRegistry>(kind.guard);
  return std::make_unique<testing::EmbeddedRegistry>(kind.guard);
}

class RegistryContract : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam().distribution && !DistributionRegistry::installed()) {
      GTEST_SKIP() << "docker-registry is not installed";
    }
    running_ = start(GetParam());
    http::TransportOptions options;
    options.ca_files = running_->ca_files();
    transport_ = http::with_redirects(http::with_retry(http::make_transport(std::move(options)), {}, system_clock()));
    client_ = client_of(known_);
  }

  std::unique_ptr<Client> client_of(CredentialStore& credentials, ClientOptions options = {}) {
    return std::make_unique<Client>(*transport_, credentials, std::move(options));
  }

  oci::Repository repository(const std::string& name = "team/app") const {
    return oci::Repository::parse(running_->authority() + "/" + name);
  }
  oci::Reference tag(const std::string& name) const { return {repository(), name, std::nullopt}; }

  oci::Descriptor push_blob(const std::string& bytes, const std::string& name = "team/app") {
    const auto digest = Digest::sha256(bytes);
    client_->push_blob(repository(name), digest, source_of(bytes));
    return {.media_type = "application/octet-stream", .digest = digest, .size = bytes.size()};
  }

  // The bytes of an image manifest whose blobs are there.
  std::string image(const std::string& content, const std::optional<oci::Descriptor>& subject = std::nullopt) {
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest), .config = push_blob("{}")};
    manifest.config.media_type = oci::media_type::oci_config;
    manifest.layers.push_back(push_blob(content));
    manifest.subject = subject;
    if (subject) manifest.artifact_type = "application/vnd.example.note";
    return manifest.dump();
  }

  struct Known final : CredentialStore {
    std::optional<Credentials> find(const std::string&) override { return credentials; }
    std::optional<Credentials> credentials = Credentials{RunningRegistry::username, RunningRegistry::password, ""};
  };

  Known known_;
  std::unique_ptr<RunningRegistry> running_;
  std::unique_ptr<http::Transport> transport_;
  std::unique_ptr<Client> client_;
};

class GuardedRegistry : public RegistryContract {};
class RegistryWithTokens : public RegistryContract {};
class PlainRegistry : public RegistryContract {};  // what stands between speaks plain HTTP

TEST_P(RegistryContract, AnswersAPing) {
  client_->ping(running_->authority());
}

TEST_P(RegistryContract, KeepsBlobs) {
  const std::string large(9'000'000, 'l');
  for (const std::string& bytes : {std::string(), std::string("small"), large}) {
    const auto descriptor = push_blob(bytes);
    EXPECT_TRUE(client_->has_blob(repository(), descriptor.digest));
    EXPECT_EQ(client_->get_blob(repository(), descriptor), bytes);
    push_blob(bytes);
  }
  EXPECT_FALSE(client_->has_blob(repository(), Digest::sha256("absent")));
}

TEST_P(RegistryContract, RefusesBlobsThatAreNotWhatTheyClaim) {
  const auto claimed = Digest::sha256("claimed");
  EXPECT_THROW(client_->push_blob(repository(), claimed, source_of("other")), Error);
  EXPECT_FALSE(client_->has_blob(repository(), claimed));
}

TEST_P(RegistryContract, MountsBlobsFromARepositoryBeside) {
  const auto descriptor = push_blob("shared", "team/base");
  // A source that cannot be read: were the bytes sent, the push would fail.
  const http::BodySource unreadable{descriptor.size,
                                    [](std::uint64_t, char*, std::size_t) -> std::size_t { return 0; }};
  client_->push_blob(repository("team/new"), descriptor.digest, unreadable, repository("team/base"));
  EXPECT_EQ(client_->get_blob(repository("team/new"), descriptor), "shared");
}

TEST_P(RegistryContract, SendsABlobThatCannotBeMounted) {
  const std::string bytes = "only here";
  client_->push_blob(repository(), Digest::sha256(bytes), source_of(bytes), repository("team/absent"));
  EXPECT_TRUE(client_->has_blob(repository(), Digest::sha256(bytes)));
}

TEST_P(RegistryContract, KeepsManifestsByTagAndDigest) {
  const auto bytes = image("layer");
  const auto put = client_->put_manifest(tag("1.0"), oci::media_type::oci_manifest, bytes);
  EXPECT_EQ(put.digest, Digest::sha256(bytes));
  for (const auto& reference : {tag("1.0"), tag("1.0").with(put.digest)}) {
    const auto content = client_->need_manifest(reference);
    EXPECT_EQ(content.bytes, bytes);
    EXPECT_EQ(content.descriptor.digest, put.digest);
    const auto head = client_->head_manifest(reference);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->digest, put.digest);
    EXPECT_EQ(head->size, bytes.size());
    EXPECT_EQ(head->media_type, oci::media_type::oci_manifest);
  }
}

TEST_P(RegistryContract, KeepsManifestsWithoutATag) {
  const auto bytes = image("untagged");
  const auto reference = tag("x").with(Digest::sha256(bytes));
  client_->put_manifest(reference, oci::media_type::oci_manifest, bytes);
  EXPECT_EQ(client_->need_manifest(reference).bytes, bytes);
  EXPECT_TRUE(client_->tags(repository()).empty());
}

TEST_P(RegistryContract, MovesTags) {
  client_->put_manifest(tag("latest"), oci::media_type::oci_manifest, image("old"));
  const auto bytes = image("new");
  client_->put_manifest(tag("latest"), oci::media_type::oci_manifest, bytes);
  EXPECT_EQ(client_->need_manifest(tag("latest")).bytes, bytes);
}

TEST_P(RegistryContract, TakesSeveralTagsAtOnceOrSaysThatItDoesNot) {
  const auto bytes = image("tags");
  const std::vector<std::string> names{"1.2.3", "1.2", "1", "latest"};
  const auto taken = client_->put_tagged(repository(), names, oci::media_type::oci_manifest, bytes);
  EXPECT_EQ(client_->need_manifest(tag("x").with(Digest::sha256(bytes))).bytes, bytes);
  const auto tags = client_->tags(repository());
  EXPECT_EQ(std::set<std::string>(tags.begin(), tags.end()), taken);
  for (const auto& name : taken) EXPECT_EQ(client_->need_manifest(tag(name)).bytes, bytes);
}

TEST_P(RegistryContract, KeepsIndexes) {
  const auto bytes = image("amd64");
  auto entry = client_->put_manifest(tag("x").with(Digest::sha256(bytes)), oci::media_type::oci_manifest, bytes);
  entry.platform = oci::Platform::parse("linux/amd64");
  oci::Index index;
  index.manifests.push_back(entry);
  client_->put_manifest(tag("multi"), oci::media_type::oci_index, index.dump());
  const auto content = client_->need_manifest(tag("multi"));
  EXPECT_EQ(content.descriptor.media_type, oci::media_type::oci_index);
  EXPECT_EQ(oci::Index::parse(content.bytes, "index").manifests.at(0).digest, entry.digest);
}

TEST_P(RegistryContract, SaysWhatIsAbsent) {
  EXPECT_FALSE(client_->get_manifest(tag("absent")));
  EXPECT_FALSE(client_->head_manifest(tag("absent")));
  EXPECT_FALSE(client_->get_manifest(tag("x").with(Digest::sha256("absent"))));
  EXPECT_TRUE(client_->tags(repository("team/absent")).empty());
  EXPECT_TRUE(client_->referrers(repository(), Digest::sha256("absent")).empty());
  client_->delete_manifest(tag("x").with(Digest::sha256("absent")));
  EXPECT_THROW(client_->need_manifest(tag("absent")), Error);
}

TEST_P(RegistryContract, RefusesBrokenManifests) {
  try {
    client_->put_manifest(tag("bad"), oci::media_type::oci_manifest, "no manifest");
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(error.kind() == ErrorKind::registry || error.kind() == ErrorKind::input) << error.message();
  }
  EXPECT_FALSE(client_->get_manifest(tag("bad")));
}

TEST_P(RegistryContract, ListsTags) {
  const auto bytes = image("tagged");
  std::set<std::string> names;
  for (int i = 0; i < 12; ++i) names.insert(fmt::format("v{}", i));
  for (const auto& name : names) client_->put_manifest(tag(name), oci::media_type::oci_manifest, bytes);
  for (const std::size_t page : {5U, 12U, 1000U}) {
    const auto tags = client_of(known_, {.page = page})->tags(repository());
    EXPECT_EQ(tags.size(), names.size()) << page;
    EXPECT_EQ(std::set<std::string>(tags.begin(), tags.end()), names) << page;
  }
}

TEST_P(RegistryContract, DeletesManifests) {
  const auto put = client_->put_manifest(tag("gone"), oci::media_type::oci_manifest, image("gone"));
  client_->delete_manifest(tag("x").with(put.digest));
  EXPECT_FALSE(client_->get_manifest(tag("x").with(put.digest)));
  EXPECT_FALSE(client_->get_manifest(tag("gone")));
}

TEST_P(RegistryContract, ListsReferrers) {
  const auto subject = client_->put_manifest(tag("app"), oci::media_type::oci_manifest, image("app"));
  EXPECT_TRUE(client_->referrers(repository(), subject.digest).empty());
  std::set<Digest> notes;
  for (const auto* content : {"note 1", "note 2"}) {
    const auto bytes = image(content, subject);
    const auto reference = tag("x").with(Digest::sha256(bytes));
    for (int times = 0; times < 2; ++times) client_->put_manifest(reference, oci::media_type::oci_manifest, bytes);
    notes.insert(*reference.digest);
  }
  const auto found = client_->referrers(repository(), subject.digest);
  ASSERT_EQ(found.size(), 2U);
  for (const auto& descriptor : found) {
    EXPECT_TRUE(notes.contains(descriptor.digest));
    EXPECT_EQ(descriptor.artifact_type, "application/vnd.example.note");
  }
}

TEST_P(RegistryContract, LetsAPushBeChecked) {
  client_->check_push(repository("team/untouched"));
  EXPECT_TRUE(client_->tags(repository("team/untouched")).empty());
}

TEST_P(RegistryContract, TakesPushesFromManyThreads) {
  std::vector<std::function<void()>> tasks;
  for (int i = 0; i < 16; ++i) {
    tasks.emplace_back([this, i] { push_blob(fmt::format("blob {}", i / 2)); });  // every blob twice
  }
  sys::run_parallel(tasks, 8);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(client_->has_blob(repository(), Digest::sha256(fmt::format("blob {}", i))));
}

TEST_P(GuardedRegistry, LetsInOnlyWhoKnowsThePassword) {
  for (const auto& credentials : {std::optional<Credentials>(), std::optional(Credentials{"me", "wrong", ""})}) {
    Known stranger;
    stranger.credentials = credentials;
    try {
      client_of(stranger)->ping(running_->authority());
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::auth) << error.message();
    }
  }
}

TEST_P(RegistryWithTokens, TakesARefreshToken) {
  Known known;
  known.credentials = Credentials{"", "", testing::TokenService::refresh_token};
  client_ = client_of(known);
  EXPECT_TRUE(client_->has_blob(repository(), push_blob("by token").digest));
}

TEST_P(RegistryContract, TakesBlobsInChunks) {
  client_ = client_of(known_, {.chunk = 100'000});
  const std::string bytes(350'001, 'c');
  EXPECT_EQ(client_->get_blob(repository(), push_blob(bytes)), bytes);
}

TEST_P(PlainRegistry, GoesOnWithABlobThatBroke) {
  testing::FaultProxy proxy(running_->authority(), testing::FaultProxy::Login::basic);
  testing::FakeCredentials credentials({{proxy.authority(), {"me", std::string(testing::FaultProxy::password), ""}}});
  const auto client = client_of(credentials, {.chunk = 100'000});
  client->ping(proxy.authority());
  std::string bytes;
  for (int i = 0; bytes.size() < 350'001; ++i) bytes += std::to_string(i);
  proxy.arm(testing::Fault::cut_upload, 3, false);  // HEAD, POST, PATCH, and this one
  const oci::Descriptor blob{.media_type = "", .digest = Digest::sha256(bytes), .size = bytes.size()};
  client->push_blob(testing::repository(proxy.authority() + "/team/app"), blob.digest, source_of(bytes));
  EXPECT_EQ(client_->get_blob(repository(), blob), bytes);
  const auto seen = proxy.seen();
  // docker-registry 2.8 cancels an upload that broke in the middle of a chunk: there it starts anew.
  EXPECT_EQ(std::ranges::count(seen, "POST", &testing::Message::method), GetParam().distribution ? 2 : 1);
}

TEST_P(RegistryContract, KeepsBlobsBySha512) {
  Hasher hasher("sha512");
  hasher.update("by sha512");
  const oci::Descriptor blob{.media_type = "application/octet-stream", .digest = hasher.finish(), .size = 9};
  client_->push_blob(repository(), blob.digest, source_of("by sha512"));
  EXPECT_TRUE(client_->has_blob(repository(), blob.digest));
  EXPECT_EQ(client_->get_blob(repository(), blob), "by sha512");
}

TEST_P(RegistryContract, KeepsWhatItDoesNotKnowByteForByte) {
  const auto config = push_blob("{}");
  const auto bytes = fmt::format(
      "{{ \"schemaVersion\":2,\n\t\"mediaType\" : \"application/vnd.oci.image.manifest.v1+json\", \"x-unknown\":"
      "[1.50, {{\"deep\":null}}, \"\\u00e9\"], \"config\":{{\"digest\":\"{}\",\"size\":2,\"mediaType\":"
      "\"application/vnd.oci.image.config.v1+json\",\"x\":1}}, \"layers\":[] }}\n",
      config.digest.str());
  client_->put_manifest(tag("odd"), oci::media_type::oci_manifest, bytes);
  EXPECT_EQ(client_->need_manifest(tag("odd")).bytes, bytes);
}

TEST_P(RegistryContract, KeepsDockersManifests) {
  auto config = push_blob("{}");
  config.media_type = "application/vnd.docker.container.image.v1+json";
  oci::Manifest manifest{.media_type = std::string(oci::media_type::docker_manifest), .config = config};
  manifest.layers.push_back(push_blob("layer"));
  manifest.layers[0].media_type = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  const auto bytes = manifest.dump();
  client_->put_manifest(tag("docker"), oci::media_type::docker_manifest, bytes);
  EXPECT_EQ(client_->need_manifest(tag("docker")).descriptor.media_type, oci::media_type::docker_manifest);
}

std::string kind_name(const ::testing::TestParamInfo<Kind>& parameter) {
  return parameter.param.name;
}

INSTANTIATE_TEST_SUITE_P(All, RegistryContract,
                         ::testing::Values(embedded, embedded_tls, embedded_htpasswd, distribution, distribution_tls,
                                           distribution_htpasswd, distribution_tokens),
                         kind_name);
INSTANTIATE_TEST_SUITE_P(All, GuardedRegistry,
                         ::testing::Values(embedded_htpasswd, distribution_htpasswd, distribution_tokens), kind_name);
INSTANTIATE_TEST_SUITE_P(All, RegistryWithTokens, ::testing::Values(distribution_tokens), kind_name);
INSTANTIATE_TEST_SUITE_P(All, PlainRegistry, ::testing::Values(embedded, distribution), kind_name);

}  // namespace
}  // namespace polyarch::registry
