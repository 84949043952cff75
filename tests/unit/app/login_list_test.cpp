#include "app/login_list.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::app {
namespace {

using Lines = std::vector<std::string>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(LoginList, TakesItsOwnLinesAsTheyAre) {
  EXPECT_THAT(login_list({"ghcr.io=me:a:b", "r.example/x=you: -c"}),
              ElementsAre("ghcr.io=me:a:b", "r.example/x=you: -c"));
  EXPECT_TRUE(login_list({}).empty());
}

TEST(LoginList, ReadsTheListOfLoginAction) {
  EXPECT_THAT(login_list({"- username: me", "password: a:b=c", "- registry: ghcr.io", "ecr: auto", "Username: \"you\"",
                          "password: ' x '"}),
              ElementsAre("docker.io=me:a:b=c", "ghcr.io=you: x "));
  EXPECT_THAT(login_list({"r.example=a:b", "- username: me", "password: p"}),
              ElementsAre("r.example=a:b", "docker.io=me:p"));
}

TEST(LoginList, SaysWhatIsMissingAndNoSecret) {
  for (const auto& lines : {Lines{"- registry: ghcr.io", "password: hunter2"}, Lines{"- username: me", "hunter2"},
                            Lines{"- "}, Lines{"- username: hunter2"},
                            // what would be another host or user when it is taken apart again
                            Lines{"- registry: a=b", "username: me", "password: hunter2"},
                            Lines{"- registry: - a", "username: me", "password: hunter2"},
                            Lines{"- username: me:you", "password: hunter2"}}) {
    try {
      login_list(lines);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(std::string(error.message()) + error.hint(), Not(HasSubstr("hunter2")));
      EXPECT_THAT(error.hint(), HasSubstr("HOST=USER:PASSWORD"));
    }
  }
}

}  // namespace
}  // namespace polyarch::app
