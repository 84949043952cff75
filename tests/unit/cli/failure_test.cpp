#include "cli/failure.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "base/redact.hpp"

namespace polyarch::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Failure, HasTheExitCodeOfItsKind) {
  for (const auto& kind : error_kinds()) {
    EXPECT_EQ(describe_failure(Error(kind.kind, "x")).exit_code, kind.exit_code) << kind.name;
  }
}

TEST(Failure, SaysWhatHappenedAndWhatToDo) {
  EXPECT_EQ(describe_failure(Error(ErrorKind::auth, "refused", "log in")).text, "error: refused\n  hint: log in\n");
  EXPECT_EQ(describe_failure(Error(ErrorKind::auth, "refused")).text, "error: refused\n");
}

TEST(Failure, CallsTheUnexpectedADefect) {
  const auto failure = describe_failure(std::runtime_error("vector"));
  EXPECT_EQ(failure.exit_code, 1);
  EXPECT_THAT(failure.text, HasSubstr("defect of polyarch: vector"));
}

TEST(Failure, MasksSecrets) {
  redactor().add("hush-of-the-failure");
  EXPECT_THAT(describe_failure(Error(ErrorKind::auth, "hush-of-the-failure", "hush-of-the-failure")).text,
              Not(HasSubstr("hush-of")));
  EXPECT_THAT(describe_failure(std::runtime_error("hush-of-the-failure")).text, Not(HasSubstr("hush-of")));
}

}  // namespace
}  // namespace polyarch::cli
