#include <cstdint>
#include <cstdlib>
#include <string>

#include "http/url.hpp"
#include "registry/link.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string field(reinterpret_cast<const char*>(data), size);
  const auto target = polyarch::registry::next_link({field});
  if (!target) return 0;
  const auto page = polyarch::http::Url::parse("https://r.example/v2/app/tags/list?n=10");
  const auto next = page->resolve(*target);
  if (next && !polyarch::http::Url::parse(next->str())) std::abort();  // what is followed can be asked for
  return 0;
}
