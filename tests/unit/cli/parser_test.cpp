#include "cli/parser.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "unit/spec/surroundings.hpp"

namespace polyarch::cli {
namespace {

using spec::surroundings;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Invocation parsed(std::vector<std::string> arguments, std::map<std::string, std::string, std::less<>> variables = {}) {
  return std::get<Invocation>(parse(std::move(arguments), surroundings(std::move(variables))));
}

spec::BuildOptions build(std::vector<std::string> arguments,
                         std::map<std::string, std::string, std::less<>> variables = {}) {
  arguments.insert(arguments.begin(), "build");
  return std::get<spec::BuildOptions>(parsed(std::move(arguments), std::move(variables)).options);
}

std::string help_of(std::vector<std::string> arguments) {
  return std::get<Help>(parse(std::move(arguments), surroundings({}))).text;
}

// Message and hint of the usage error that these arguments make.
std::string refused(std::vector<std::string> arguments) {
  try {
    parse(std::move(arguments), surroundings({}));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.message() + " | " + error.hint();
  }
  return "accepted";
}

TEST(Parser, ReadsABuildAsDockerUsersWriteIt) {
  const auto options =
      build({"--platform", "linux/amd64,linux/arm64", "-t", "r.example/app:1", "--tag=r.example/app:2", "--build-arg",
             "A=1,2", "--build-arg", "linux/arm64:B=[3]", "-f", "Dockerfile.prod", "--push", "dir"});
  EXPECT_THAT(options.platforms, ElementsAre("linux/amd64", "linux/arm64"));
  EXPECT_THAT(options.tags, ElementsAre("r.example/app:1", "r.example/app:2"));
  EXPECT_THAT(options.build_args, ElementsAre("A=1,2", "linux/arm64:B=[3]"));
  EXPECT_EQ(options.file, "Dockerfile.prod");
  EXPECT_EQ(options.context, "dir");
  EXPECT_TRUE(options.push);
  EXPECT_FALSE(options.load);
}

// As an input, as build-push-action splits it; as a flag, as buildx does.
TEST(Parser, SplitsSshInVariablesAlone) {
  EXPECT_THAT(build({"."}, {{"POLYARCH_SSH", "default,github=/keys/a,/keys/b\ngitlab"}}).ssh,
              ElementsAre("default", "github=/keys/a,/keys/b", "gitlab"));
  EXPECT_THAT(build({"."}, {{"POLYARCH_SSH", R"(["default", "github=/keys/a"])"}}).ssh,
              ElementsAre("default", "github=/keys/a"));
  EXPECT_THAT(build({"--ssh", "default=a.key,b.key", "."}).ssh, ElementsAre("default=a.key,b.key"));
}

TEST(Parser, TakesValuesThatLookLikeSomethingElse) {
  EXPECT_THAT(build({"--buildkitd-flags", "--debug"}).buildkitd_flags, ElementsAre("--debug"));
  EXPECT_THAT(build({"--test", "[ -x /app ]"}).tests, ElementsAre("[ -x /app ]"));
  EXPECT_EQ(build({"plan"}).context, "plan");
  EXPECT_EQ(build({"-"}).context, "-");
  EXPECT_EQ(build({"--push", "."}).context, ".");
  EXPECT_EQ(build({"--", "--odd"}).context, "--odd");
  EXPECT_THAT(refused({"build", "--", "a", "--odd"}), HasSubstr("--odd"));
}

TEST(Parser, AFlagCanBeTakenBack) {
  EXPECT_FALSE(build({"--push=false"}, {{"POLYARCH_PUSH", "true"}}).push);
  EXPECT_THAT(refused({"build", "--push=maybe"}), HasSubstr("--push: 'maybe' is not true or false"));
}

TEST(Parser, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheDefault) {
  const std::map<std::string, std::string, std::less<>> variables{{"POLYARCH_DRIVER", "docker"},
                                                                  {"POLYARCH_TAGS", "a\nb"}};
  EXPECT_EQ(build({}).driver, "auto");
  EXPECT_EQ(build({}, variables).driver, "docker");
  EXPECT_EQ(build({"--driver", "docker-container"}, variables).driver, "docker-container");
  EXPECT_THAT(build({"-t", "c"}, variables).tags, ElementsAre("c"));
}

TEST(Parser, TheLastOfRepeatedSingleOptionsWins) {
  EXPECT_EQ(build({"-f", "a", "-f", "b"}).file, "b");
}

TEST(Parser, ReadsCommandsOfTwoWords) {
  const auto invocation = parsed({"qemu", "register", "arm64", "s390x"});
  EXPECT_EQ(invocation.command, "qemu register");
  EXPECT_THAT(std::get<spec::QemuOptions>(invocation.options).platforms, ElementsAre("arm64", "s390x"));
  const auto create = parsed({"builder", "create", "arm", "--driver=remote", "tcp://h:1"});
  EXPECT_EQ(std::get<spec::BuilderOptions>(create.options).endpoint, "tcp://h:1");
}

TEST(Parser, EveryCommandCanBeCalled) {
  for (const auto& command : spec::catalog()) {
    std::vector<std::string> arguments;
    std::string words(command.name);
    if (const auto space = words.find(' '); space != std::string::npos) {
      arguments.push_back(words.substr(0, space));
      words.erase(0, space + 1);
    }
    arguments.push_back(words);
    for (const auto& option : command.options) {
      if (!option.more.required) continue;
      if (!option.more.positional) arguments.push_back(option.flag());
      arguments.emplace_back(option.more.choices.empty() ? "x" : option.more.choices.front());
    }
    EXPECT_EQ(parsed(arguments).command, command.name);
    EXPECT_THAT(help_of({arguments[0], words == command.name ? "-h" : words, "--help"}), HasSubstr("Usage: polyarch "));
  }
}

TEST(Parser, GlobalOptionsStandAnywhere) {
  EXPECT_TRUE(parsed({"-v", "version"}).global.verbose);
  EXPECT_TRUE(parsed({"version", "--verbose", "-q"}).global.quiet);
  EXPECT_TRUE(parsed({"version"}, {{"POLYARCH_NO_COLOR", "1"}}).global.no_color);
  EXPECT_FALSE(parsed({"version"}).global.no_color);
}

TEST(Parser, VersionIsAFlagToo) {
  EXPECT_EQ(parsed({"--version"}).command, "version");
}

TEST(Parser, SuggestsTheNearestName) {
  EXPECT_THAT(refused({"build", "--platfrom", "x"}),
              AllOf(HasSubstr("unknown option '--platfrom'"), HasSubstr("did you mean --platform?"),
                    HasSubstr("see polyarch build --help")));
  EXPECT_THAT(refused({"build", "--tags=a"}), AllOf(HasSubstr("'--tags'"), HasSubstr("--tag?")));
  EXPECT_THAT(refused({"biuld", "."}), AllOf(HasSubstr("unknown command 'biuld'"), HasSubstr("did you mean build?")));
  EXPECT_THAT(refused({"qemu", "registre"}),
              AllOf(HasSubstr("unknown command 'qemu registre'"), HasSubstr("did you mean qemu register?")));
  EXPECT_THAT(refused({"build", "--zzzzzzzz"}), Not(HasSubstr("did you mean")));
  EXPECT_THAT(refused({"--zzzzzzzz"}), HasSubstr("unknown option '--zzzzzzzz'"));
}

TEST(Parser, NamesWhatIsTooMuchOrMissing) {
  EXPECT_THAT(refused({"build", "a", "b"}), HasSubstr("unexpected argument 'b'"));
  EXPECT_THAT(refused({"build", "--file"}), HasSubstr("--file"));
  EXPECT_THAT(refused({"inspect"}), AllOf(HasSubstr("inspect needs REFERENCE"), HasSubstr("polyarch inspect --help")));
  EXPECT_THAT(refused({"completion", "tcsh"}), HasSubstr("'tcsh' is not one of bash, zsh, fish"));
  EXPECT_THAT(refused({"build", "--driver", "x"}), HasSubstr("--driver: 'x' is not one of"));
}

TEST(Parser, TakesNoSecretsFromArguments) {
  for (const auto& arguments : {std::vector<std::string>{"build", "--registry-auth=h=u:hunter2"},
                                std::vector<std::string>{"build", ".", "--registry-auth", "h=u:hunter2"}}) {
    EXPECT_THAT(refused(arguments), AllOf(HasSubstr("--registry-auth is a secret"), HasSubstr("POLYARCH_REGISTRY_AUTH"),
                                          Not(HasSubstr("hunter2"))));
  }
  EXPECT_THAT(build({}, {{"POLYARCH_REGISTRY_AUTH", "h=u:hunter2"}}).registry_auths, ElementsAre("h=u:hunter2"));
}

TEST(Parser, ShowsHelpWhateverElseIsThere) {
  EXPECT_THAT(help_of({}), HasSubstr("qemu register"));
  EXPECT_THAT(help_of({"qemu"}), AllOf(HasSubstr("register"), Not(HasSubstr("inspect "))));
  EXPECT_THAT(help_of({"build", "--help", "--odd"}), HasSubstr("Usage: polyarch build [OPTION]... [CONTEXT]"));
  EXPECT_THAT(help_of({"--help"}), HasSubstr("Commands:"));
}

}  // namespace
}  // namespace polyarch::cli
