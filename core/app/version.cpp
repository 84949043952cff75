#include "base/version.hpp"

#include <openssl/crypto.h>

#include "app/commands.hpp"
#include "base/json.hpp"
#include "binfmt/binfmt.hpp"

namespace polyarch::app {

int version(const spec::VersionOptions& options, Context& context) {
  const auto platform = binfmt::native_platform().str();
  if (options.format == "json") {
    const Json out{
        {"version", version_string()}, {"platform", platform}, {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)}};
    context.out << out.dump(2) << '\n';
  } else {
    context.out << "polyarch " << version_string() << " (" << platform << ")\n";
  }
  return 0;
}

}  // namespace polyarch::app
