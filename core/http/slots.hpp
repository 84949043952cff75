#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "sys/cancel.hpp"

namespace polyarch::http {

// Lets so many requests at a time go to one origin; the others wait for their turn.
class Slots {
 public:
  // Of one request, for as long as this lives. A request that is made inside another one's callbacks needs no slot: it
  // could wait for itself.
  class Slot {
   public:
    Slot(Slots& slots, const std::string& origin, const sys::Cancel* cancel);  // waits; throws Error{interrupted}
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    Slots& slots_;
    std::string origin_;
    bool taken_;
  };

  explicit Slots(std::size_t most) : most_(most) {}

 private:
  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::map<std::string, std::size_t> used_;
};

}  // namespace polyarch::http
