#include "spec/validate.hpp"

#include <gmock/gmock.h>

#include "sample.hpp"
#include "spec/commands.hpp"

namespace polyarch::spec {
namespace {

using ::testing::HasSubstr;

TEST(Validate, AsksForWhatIsRequired) {
  Sample sample;
  EXPECT_THAT(usage_error([&] { validate(sample_command(), sample); }), HasSubstr("sample needs --tag"));
  sample.tags = {"a"};
  validate(sample_command(), sample);
}

TEST(Validate, NamesAPositionalAsTheHelpDoes) {
  EXPECT_THAT(usage_error([] { validate(inspect_command(), InspectOptions{}); }), HasSubstr("inspect needs REFERENCE"));
  validate(build_command(), BuildOptions{});
}

}  // namespace
}  // namespace polyarch::spec
