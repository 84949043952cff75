#include "app/given_logins.hpp"

#include <fstream>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

TEST(CurrentLogins, AreThoseThatTheFileHoldsNow) {
  const sys::TemporaryDirectory directory;
  const auto file = directory.path() / "logins";
  const auto environment = sys::fixed_environment({{"POLYARCH_REGISTRY_AUTH_FILE", file.string()}, {"MINE", "me:env"}});
  const spec::RegistryOptions given{.insecure_registries = {},
                                    .registry_mirrors = {},
                                    .registry_auths = {"a.example=me:old", "b.example=me:b"},
                                    .registry_auth_envs = {"c.example=MINE"}};
  std::ofstream(file) << "a.example=me:new\nc.example=me:file\n";
  const auto now = current_logins(given, environment);
  EXPECT_EQ(now.at("a.example").password, "new");
  EXPECT_EQ(now.at("b.example").password, "b");
  EXPECT_EQ(now.at("c.example").password, "env") << "what is said of one registry counts more";
  std::filesystem::remove(file);
  EXPECT_EQ(current_logins(given, environment).at("a.example").password, "old");
  std::ofstream(file) << "what is this";
  EXPECT_THROW(current_logins(given, environment), Error);
}

TEST(CurrentLogins, AreThoseOfTheVariableWhereItIsSet) {
  const auto environment = sys::fixed_environment(
      {{"POLYARCH_REGISTRY_AUTH", "a.example=me:old"}, {"POLYARCH_REGISTRY_AUTH_FILE", "/nowhere"}});
  const spec::RegistryOptions given{.insecure_registries = {},
                                    .registry_mirrors = {},
                                    .registry_auths = {"a.example=me:old"},
                                    .registry_auth_envs = {}};
  EXPECT_EQ(current_logins(given, environment).at("a.example").password, "old");
}

}  // namespace
}  // namespace polyarch::app
