#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "publish/record.hpp"
#include "report/run_json.hpp"

// A record that was read can be written, and is the same when it is read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const auto record = polyarch::publish::Record::parse(bytes, "input");
    const auto once = record.to_index().dump();
    if (polyarch::publish::Record::parse(once, "output").to_index().dump() != once) __builtin_trap();
    polyarch::report::parse_run(record.report, "input");
  } catch (const polyarch::Error& error) {
    if (error.message().starts_with("output")) __builtin_trap();
  }
  return 0;
}
