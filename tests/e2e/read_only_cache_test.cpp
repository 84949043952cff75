// A cache that the run's login may read and not write, as a job of a fork or a developer's own token has it.
#include <gmock/gmock.h>

#include "contract/registries.hpp"
#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

using polyarch::testing::DistributionRegistry;
using polyarch::testing::Guard;
using polyarch::testing::TokenService;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ReadOnlyCache : public Testbed {
 protected:
  // A new builder each time: what is found comes from the registry.
  sys::ProcessResult build(const std::string& user) const {
    return engine(
        joined(
            {"build", "--platform", "linux/amd64,linux/arm64", "--build-arg", base_argument(), "--cache", repository(),
             "--output", "type=cacheonly", "--report-dir", path(user).string(), path("context").string()},
            own_builder()),
        {{"POLYARCH_REGISTRY_AUTH", registry_.authority() + "=" + user + ":" + DistributionRegistry::password},
         {"XDG_CACHE_HOME", path("home").string()}});
  }
  std::string repository() const { return registry_.authority() + "/team/cache"; }
  std::string tag_listing() const {
    const auto listed = run({"skopeo", "list-tags", "--tls-verify=false", "--creds",
                             std::string(DistributionRegistry::username) + ":" + DistributionRegistry::password,
                             "docker://" + repository()});
    EXPECT_TRUE(listed.ok()) << shown(listed);
    return listed.out;
  }

  DistributionRegistry registry_{Guard::token};
};

TEST_F(ReadOnlyCache, IsReadAndNotWrittenWithoutAWarning) {
  context(
      "ARG BASE=scratch\nFROM $BASE\nARG TARGETARCH\nRUN --mount=type=cache,id=objects-$TARGETARCH,target=/objects echo kept "
      ">> /objects/it; cat /objects/it\n");
  const auto writer = build(DistributionRegistry::username);
  ASSERT_EQ(writer.status, 0) << shown(writer);
  EXPECT_THAT(writer.err, Not(HasSubstr("is read and not written")));
  const auto tags = tag_listing();
  EXPECT_THAT(tags, HasSubstr("cache-linux-arm64-"));
  EXPECT_THAT(tags, HasSubstr("mount-linux-arm64-"));

  context(
      "ARG BASE=scratch\nFROM $BASE\nARG TARGETARCH\nRUN --mount=type=cache,id=objects-$TARGETARCH,target=/objects echo kept "
      ">> /objects/it; cat /objects/it\n"
      "RUN --mount=type=cache,id=objects-$TARGETARCH,target=/objects echo twice; cat /objects/it\n");
  const auto reader = build(TokenService::reader);
  ASSERT_EQ(reader.status, 0) << shown(reader);
  EXPECT_THAT(reader.err, HasSubstr("the cache in " + repository() + " is read and not written: "));
  EXPECT_THAT(reader.err, Not(HasSubstr("warning")));
  const auto report = read_json(path(std::string(TokenService::reader) + "/report.json"));
  EXPECT_THAT(report.at("warnings"), IsEmpty());
  for (const auto& leg : report.at("legs")) EXPECT_EQ(leg.at("cached_steps"), 1) << leg;
  std::string output;
  for (const auto& step : report.at("steps")) output += step.at("log").get<std::string>();
  EXPECT_THAT(output, HasSubstr("kept")) << "the cache mount came along";
  EXPECT_EQ(tag_listing(), tags);
}

}  // namespace
}  // namespace polyarch::e2e
