#include "app/template_text.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::app {
namespace {

// An expression as "name|argument|key=value|…".
std::string spelled(const Expression& expression) {
  auto out = expression.name + "|" + expression.argument;
  for (const auto& [key, value] : expression.options) out.append("|").append(key).append("=").append(value);
  return out;
}

std::string first_expression(std::string_view text) {
  const auto all = expressions_of(text);
  return all.empty() ? "none" : spelled(all.front());
}

TEST(TemplateText, ReadsExpressions) {
  const std::pair<const char*, const char*> examples[] = {
      {"{{sha}}", "sha|"},
      {"a {{ sha }} b", "sha|"},
      {"{{date 'YYYY MM'}}", "date|YYYY MM"},
      {"{{date \"it's\"}}", "date|it's"},
      {"{{date 'YYYY' tz='Asia/Tokyo'}}", "date|YYYY|tz=Asia/Tokyo"},
      {"{{date tz=\"a b\" 'x=y'}}", "date|x=y|tz=a b"},
      {"{{date\t'YYYY'\n tz=UTC}}", "date|YYYY|tz=UTC"},
      {"{{\v'a'}}", "\v'a'|"},
      {"{{date ''}}", "date|"},
      {"{{date 'YYYY' tz=''}}", "date|YYYY|tz="},
      {"{{date 'YYYY' =}}", "date|YYYY|="},
      {"{{}}", "|"},
      {"none } } { {", "none"},
      {"", "none"},
  };
  for (const auto& [text, wanted] : examples) EXPECT_EQ(first_expression(text), wanted) << text;
}

TEST(TemplateText, ReplacesExpressionsByTheirValues) {
  const auto expand = [](std::string_view text) {
    return expand_template(text, [](const Expression& one) { return std::optional("<" + spelled(one) + ">"); });
  };
  EXPECT_EQ(expand(""), "");
  EXPECT_EQ(expand("no expression }}"), "no expression }}");
  EXPECT_EQ(expand("a{{b}}c{{d 'e'}}"), "a<b|>c<d|e>");
  EXPECT_EQ(expand("{{a}}{{a}}"), "<a|><a|>");
}

// A branch can be called like an expression.
TEST(TemplateText, AValueIsNoTemplate) {
  const auto value_of = [](const Expression& one) { return std::optional<std::string>("{{" + one.name + "}}{{"); };
  EXPECT_EQ(expand_template("{{a}}-", value_of), "{{a}}{{-");
}

TEST(TemplateText, RefusesWhatIsNotWhole) {
  for (const auto* text : {"{{", "{{a", "x{{a}", "{{a}}{{", "{{date 'YYYY}}", "{{date \"YYYY'}}", "{{date tz='UTC}}"}) {
    EXPECT_THROW(expressions_of(text), Error) << text;
    EXPECT_THROW(expand_template(text, [](const Expression&) { return std::optional<std::string>("v"); }), Error)
        << text;
  }
}

TEST(TemplateText, SaysWhichExpressionThereIsNot) {
  try {
    expand_template("{{bran\x1b[31mch}}", [](const Expression&) { return std::optional<std::string>(); });
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.message(), ::testing::HasSubstr("no expression 'branch'"));
    EXPECT_THAT(error.message(), ::testing::Not(::testing::HasSubstr("\x1b")));
  }
}

}  // namespace
}  // namespace polyarch::app
