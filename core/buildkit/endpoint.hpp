#pragma once
#include <chrono>
#include <string>

#include "sys/cancel.hpp"

namespace polyarch::buildkit {

// Opens and closes a connection to "tcp://HOST:PORT" or "unix://PATH"; an address of another scheme is passed over.
// Throws Error{builder} (retryable) that says why nobody answers, at the latest after `within`, Error{usage} on an
// address without a port, and Error{interrupted}.
void check_reachable(const std::string& endpoint, const sys::Cancel& cancel,
                     std::chrono::milliseconds within = std::chrono::seconds(10));

}  // namespace polyarch::buildkit
