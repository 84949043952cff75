#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Instruction only_instruction(const std::string& text) {
  const auto file = parse("FROM scratch\n" + text, "Dockerfile");
  EXPECT_EQ(file.stages.size(), 1U);
  EXPECT_EQ(file.stages[0].instructions.size(), 1U) << text;
  return file.stages[0].instructions.at(0);
}

std::string error_of(const std::string& text) {
  try {
    parse(text, "app/Dockerfile");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.message();
  }
  return "no error";
}

TEST(Parse, ReadsStagesNamesPlatformsAndLines) {
  const auto file = parse(
      "# a comment\n"
      "ARG GO=1.22\n"
      "\n"
      "FROM --platform=$BUILDPLATFORM golang:${GO} AS Build\n"
      "run make\n"
      "FROM scratch\n"
      "COPY --from=build --link /out /\n",
      "Dockerfile");
  ASSERT_EQ(file.global.size(), 1U);
  EXPECT_EQ(file.global[0].arguments, "GO=1.22");
  EXPECT_EQ(file.global[0].first_line, 2);
  ASSERT_EQ(file.stages.size(), 2U);
  EXPECT_EQ(file.stages[0].name, "build");
  EXPECT_EQ(file.stages[0].base, "golang:${GO}");
  EXPECT_EQ(file.stages[0].platform, "$BUILDPLATFORM");
  EXPECT_EQ(file.stages[0].from.first_line, 4);
  EXPECT_EQ(file.stages[0].instructions.at(0).name, "RUN");
  EXPECT_EQ(file.stages[1].name, "");
  EXPECT_THAT(file.stages[1].instructions.at(0).flags, ElementsAre("--from=build", "--link"));
  EXPECT_EQ(file.stages[1].instructions.at(0).arguments, "/out /");
}

TEST(Parse, JoinsContinuationLinesAndDropsCommentsBetweenThem) {
  const auto run = only_instruction("RUN a && \\\n  # why b\n\n  b \\  \n  && c\n");
  EXPECT_EQ(run.arguments, "a &&   b   && c");
  EXPECT_EQ(run.first_line, 2);
  EXPECT_EQ(run.last_line, 6);
}

TEST(Parse, AnEscapedEscapeCharacterDoesNotContinueALine) {
  const auto file = parse("FROM scratch\nRUN echo \\\\\nRUN b", "Dockerfile");
  ASSERT_EQ(file.stages[0].instructions.size(), 2U);
  EXPECT_EQ(file.stages[0].instructions[0].arguments, "echo \\\\");
}

TEST(Parse, TakesCarriageReturnsAndAByteOrderMarkOff) {
  const auto file = parse("\xEF\xBB\xBF# escape=`\r\nFROM scratch\r\nRUN a `\r\n b\r\n", "Dockerfile");
  EXPECT_EQ(file.escape, '`');
  EXPECT_EQ(file.stages[0].instructions.at(0).arguments, "a  b");
}

TEST(Parse, DirectivesStandOnlyAtTheTop) {
  const auto file = parse("# a comment\n# escape=`\nFROM scratch\nRUN a \\\n b\n", "Dockerfile");
  EXPECT_EQ(file.escape, '\\');
  EXPECT_EQ(file.stages[0].instructions.size(), 1U);
}

TEST(Parse, FindsTheSyntaxDirective) {
  EXPECT_EQ(find_syntax("#syntax=docker/dockerfile:1\nFROM a"), "docker/dockerfile:1");
  EXPECT_EQ(find_syntax("# check=skip=all\n# Syntax = example.com/frontend\n"), "example.com/frontend");
  EXPECT_EQ(find_syntax("FROM a\n# syntax=docker/dockerfile:1\n"), std::nullopt);
}

struct HeredocCase {
  std::string text;
  std::vector<std::string> bodies;
};

TEST(Parse, ReadsHeredocs) {
  const std::vector<HeredocCase> cases{
      {"RUN <<EOF\nmake\n# kept\nEOF\n", {"make\n# kept\n"}},
      {"RUN <<EMPTY\nEMPTY\n", {""}},
      {"RUN 3<<FD\nx\nFD\n", {"x\n"}},
      {"RUN <<-EOF\n\tx\n\tEOF\n", {"\tx\n"}},
      {"RUN <<'a b'\nx\na b\n", {"x\n"}},
      {"RUN <<eo\"f\"\nx\neof\n", {"x\n"}},
      {"RUN << EOF > out\nx\nEOF\n", {"x\n"}},
      {"COPY <<one <<two /to/\n1\none\n2\ntwo\n", {"1\n", "2\n"}},
      {"ADD --chown=1 <<one /to/\n1\none\n", {"1\n"}},
      {"ONBUILD RUN <<EOF\nx\nEOF\n", {"x\n"}},
      {"RUN <<EOF\r\nx\r\nEOF\r\n", {"x\n"}},
      {"RUN \"<<EOF\"", {}},
      {"RUN [\"echo\", \"<<EOF\"]", {}},
      {"RUN read a <<<word", {}},
      {"RUN cat<<EOF", {}},
      {"USER <<EOF", {}},
  };
  for (const auto& [text, bodies] : cases) {
    EXPECT_EQ(only_instruction(text).heredocs, bodies) << text;
  }
}

TEST(Parse, AnInstructionMayFollowAHeredoc) {
  const auto file = parse("FROM scratch\nRUN <<EOF sh\nFROM no\nEOF\nRUN b", "Dockerfile");
  ASSERT_EQ(file.stages.size(), 1U);
  ASSERT_EQ(file.stages[0].instructions.size(), 2U);
  EXPECT_EQ(file.stages[0].instructions[0].last_line, 4);
  EXPECT_EQ(file.stages[0].instructions[1].first_line, 5);
}

TEST(Parse, QuotesInFromAreNoQuotes) {
  EXPECT_EQ(parse("FROM a\"b AS c", "Dockerfile").stages.at(0).name, "c");
}

TEST(Parse, TakesQuotesOutOfFlags) {
  EXPECT_THAT(only_instruction("RUN --mount=type=cache,target=\"/a b\" -- --x").flags,
              ElementsAre("--mount=type=cache,target=/a b"));
  EXPECT_EQ(only_instruction("RUN -- --x").arguments, "--x");
  EXPECT_THAT(only_instruction("RUN -x --y").flags, IsEmpty());
}

TEST(Parse, SaysWhereItFailed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "app/Dockerfile:1: no FROM"},
      {"# only a comment\n", "no FROM"},
      {"FROM a\n\nRUNN x\n", "app/Dockerfile:3: unknown instruction 'RUNN'"},
      {"RUN x\n", "app/Dockerfile:1: RUN stands before the first FROM"},
      {"FROM a\nRUN <<EOF\nx\n", "app/Dockerfile:2: the heredoc 'EOF' is never closed"},
      {"FROM a b\n", "app/Dockerfile:1: FROM takes"},
      {"FROM\n", "app/Dockerfile:1: FROM takes"},
      {"FROM a AS 1b\n", "'1b' cannot name a stage"},
      {"# escape=x\nFROM a\n", "app/Dockerfile:1: the escape directive"},
      {"# escape=`\n# escape=`\nFROM a\n", "app/Dockerfile:2: the directive 'escape' is given twice"},
      {std::string("FROM a\nRUN \0", 12), "app/Dockerfile:2: a NUL byte"},
      {std::string((4U << 20) + 1, '\n'), "more than the 4194304"},
      {"FROM a\n\x1b[31mX\n", "unknown instruction 'X'"},
  };
  for (const auto& [text, message] : cases) EXPECT_THAT(error_of(text), HasSubstr(message));
}

TEST(Parse, BoundsTheNumberOfInstructions) {
  std::string text;
  for (int i = 0; i < 10'001; ++i) text += "FROM a\n";
  EXPECT_THAT(error_of(text), HasSubstr("app/Dockerfile:10001: more than 10000 instructions"));
}

TEST(FindStage, ByNameOrTheLast) {
  const auto file = parse("FROM a AS One\nFROM b AS two\nFROM c\n", "Dockerfile");
  EXPECT_EQ(find_stage(file, ""), 2U);
  EXPECT_EQ(find_stage(file, "ONE"), 0U);
  try {
    find_stage(file, "three");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.hint(), HasSubstr("one, two"));
  }
}

}  // namespace
}  // namespace polyarch::dockerfile
