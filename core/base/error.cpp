#include "base/error.hpp"

#include <array>
#include <utility>

namespace polyarch {
namespace {

constexpr std::array kinds{
    ErrorKindInfo{ErrorKind::failed, "failed", 1, "something failed that has no kind of its own"},
    ErrorKindInfo{ErrorKind::usage, "usage", 2, "an option, a platform or a reference is wrong"},
    ErrorKindInfo{ErrorKind::input, "input", 3, "a file is missing or malformed, such as the Dockerfile"},
    ErrorKindInfo{ErrorKind::auth, "auth", 4, "a registry refused the credentials"},
    ErrorKindInfo{ErrorKind::network, "network", 5, "a host could not be reached"},
    ErrorKindInfo{ErrorKind::registry, "registry", 6, "a registry answered with an error or with wrong content"},
    ErrorKindInfo{ErrorKind::builder, "builder", 7, "Docker or BuildKit is missing, unreachable or not ready"},
    ErrorKindInfo{ErrorKind::emulation, "emulation", 8, "an emulator is missing or does not work"},
    ErrorKindInfo{ErrorKind::build, "build", 9, "a build step failed"},
    ErrorKindInfo{ErrorKind::test, "test", 10, "a test of a platform failed"},
    ErrorKindInfo{ErrorKind::publish, "publish", 11, "the platforms could not be joined or tagged"},
    ErrorKindInfo{ErrorKind::permission, "permission", 12, "the process lacks a privilege"},
    ErrorKindInfo{ErrorKind::storage, "storage", 13, "a disk is full or refuses to be read or written"},
    ErrorKindInfo{ErrorKind::interrupted, "interrupted", 130, "SIGINT or SIGTERM ended the run"},
};

}  // namespace

std::span<const ErrorKindInfo> error_kinds() {
  return kinds;
}

const ErrorKindInfo& describe(ErrorKind kind) {
  return kinds.at(static_cast<std::size_t>(kind));
}

Error::Error(ErrorKind kind, std::string message, std::string hint, bool retryable)
    : kind_(kind), message_(std::move(message)), hint_(std::move(hint)), retryable_(retryable) {}

}  // namespace polyarch
