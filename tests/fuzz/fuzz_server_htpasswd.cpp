#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "server/htpasswd.hpp"

// A line of a file, a tab, and a header: neither crashes, and no hash is a password.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyarch;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parts = text::cut(text, '\t');
  static const auto users =
      server::Htpasswd::parse("ann:$2y$04$/VSBAfeU4FqVigNoyNnKA.thP1KYNDbcRm/R3Z1H2YZM0G6twY5Hi", "users");
  if (parts) users.allows(parts->second);
  try {
    server::Htpasswd::parse(parts ? parts->first : text, "users");
  } catch (const Error&) {
    return 0;
  }
  if (text.find("$2") == text.npos) std::abort();
  return 0;
}
