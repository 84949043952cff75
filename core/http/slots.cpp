#include "http/slots.hpp"

#include <chrono>

namespace polyarch::http {
namespace {

constexpr std::chrono::milliseconds slot_slice{100};  // how soon a wait sees a cancel

thread_local bool inside = false;

}  // namespace

Slots::Slot::Slot(Slots& slots, const std::string& origin, const sys::Cancel* cancel)
    : slots_(slots), origin_(origin), taken_(!inside) {
  if (!taken_) return;
  std::unique_lock lock(slots_.mutex_);
  while (slots_.used_[origin_] >= slots_.most_) {
    if (cancel != nullptr) cancel->check();
    slots_.freed_.wait_for(lock, slot_slice);
  }
  ++slots_.used_[origin_];
  inside = true;
}

Slots::Slot::~Slot() {
  if (!taken_) return;
  inside = false;
  const std::lock_guard lock(slots_.mutex_);
  --slots_.used_[origin_];
  slots_.freed_.notify_all();
}

}  // namespace polyarch::http
