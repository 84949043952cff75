#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "buildkit/progress.hpp"
#include "buildkit/solve.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyarch;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  buildkit::ProgressStream stream(oci::parse_platforms({"linux/amd64,linux/arm64"}), {},
                                  oci::parse_platforms({"linux/arm64"}));
  for (const auto line : text::split(text, '\n')) stream.feed(line);
  stream.finish();
  stream.steps();
  buildkit::solve_error({"", "", stream.output(), stream.failed_step()});
  return 0;
}
