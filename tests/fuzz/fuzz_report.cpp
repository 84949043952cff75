#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "report/join.hpp"
#include "report/run_json.hpp"
#include "report/writers.hpp"

// A report that was read can be shown in every way, and is the same when it is read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace report = polyarch::report;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const auto run = report::join({report::parse_report(bytes, "input")});
    const auto once = report::to_json(run);
    if (report::to_json(report::parse_report(once, "output")) != once) __builtin_trap();
    if (report::to_html(run).find("<script>alert") != std::string::npos) __builtin_trap();
    report::to_table(run, false);
    report::to_markdown(run);
    report::to_junit(run);
  } catch (const polyarch::Error& error) {
    if (error.message().starts_with("output")) __builtin_trap();
  }
  return 0;
}
