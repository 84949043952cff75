#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "app/context.hpp"
#include "publish/transfer.hpp"

namespace polyarch::app {

// Shows on standard error how far a copy is: one line that changes on a terminal, a line now and then in a log, and a
// sum at the end. Nothing while there is nothing to copy.
class CopyMeter {
 public:
  explicit CopyMeter(Context& context);
  ~CopyMeter();

  publish::Traffic& traffic() { return traffic_; }

 private:
  void run();
  std::string line() const;

  Context& context_;
  publish::Traffic traffic_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace polyarch::app
