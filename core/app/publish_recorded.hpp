#pragma once
#include "app/context.hpp"
#include "spec/publish.hpp"

namespace polyarch::app {

// `polyarch publish --run-id ID REPOSITORY`: publishes what the jobs of a run recorded there, under the tags that they
// were given or those of --tag. Waits for late legs as long as --wait says; then an optional one that never came is
// left out. Throws Error{publish} when a required leg failed or never came.
int publish_recorded(const spec::PublishOptions& options, Context& context);

}  // namespace polyarch::app
