#include "sys/cancel.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <poll.h>

#include "base/error.hpp"

namespace polyarch::sys {
namespace {

TEST(Cancel, SaysItOnceToEveryone) {
  Cancel cancel;
  EXPECT_FALSE(cancel.requested());
  cancel.check();
  cancel.request();
  cancel.request();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(cancel.requested());
    pollfd poller{cancel.descriptor(), POLLIN, 0};
    EXPECT_EQ(poll(&poller, 1, 0), 1);
    EXPECT_THROW(cancel.check(), Error);
  }
}

// In a process of its own: the handlers stay.
TEST(CancelDeathTest, TheFirstSignalAsksAndTheSecondEnds) {
  for (const int number : {SIGINT, SIGTERM}) {
    EXPECT_EXIT(
        {
          static Cancel cancel;
          cancel_on_signals(cancel);
          raise(SIGPIPE);
          raise(number);
          if (!cancel.requested()) std::exit(1);
          raise(number);
          std::exit(2);
        },
        testing::ExitedWithCode(130), "");
  }
}

}  // namespace
}  // namespace polyarch::sys
