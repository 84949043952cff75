#pragma once
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "report/run.hpp"

// Members of a report that came from elsewhere: absent is empty; of another type or out of bounds, Error{input} naming
// `what`.
namespace polyarch::report {

// Text as reports hold it: its lines, printable and without secrets.
std::string clean_text(std::string_view text);

std::string text_field(const Json& object, const char* key, std::string_view what);
bool flag_field(const Json& object, const char* key, std::string_view what);
Result result_field(const Json& object, std::string_view what);
// "duration_ms"; what is longer than 100 days is cut to it.
std::chrono::milliseconds duration_field(const Json& object, std::string_view what);
std::optional<Time> time_field(const Json& object, const char* key, std::string_view what);
std::optional<oci::Platform> platform_field(const Json& object, std::string_view what);

// A number; what does not fit is cut to the largest.
template <class Number>
Number number_field(const Json& object, const char* key, std::string_view what) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  return static_cast<Number>(std::min(unsigned_at(object, key, what).value_or(0), most));
}

// A list of at most `most` items, each made by parse(item, what).
const Json& list_field(const Json& object, const char* key, std::size_t most, std::string_view what);
template <class Parse>
auto list_of(const Json& object, const char* key, std::size_t most, std::string_view what, Parse parse) {
  std::vector<decltype(parse(object, what))> out;
  for (const auto& item : list_field(object, key, most, what)) out.push_back(parse(item, what));
  return out;
}

Json optional_time(const std::optional<Time>& time);

}  // namespace polyarch::report
