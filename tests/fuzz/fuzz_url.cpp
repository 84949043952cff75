#include <cstdint>
#include <string_view>

#include "http/backoff.hpp"
#include "http/proxy.hpp"
#include "http/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace http = polyarch::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto base = http::Url::parse("https://r.example:5000/v2/app/blobs/uploads/?a=b");
  for (const auto& url : {http::Url::parse(text), base->resolve(text)}) {
    // What was taken for a URL must stay the same one when it is written and read again.
    if (url && http::Url::parse(url->str()) != url) __builtin_trap();
  }
  http::bypasses_proxy(*base, text);
  http::percent_decode(text);
  http::retry_after({429, {{"Retry-After", std::string(text)}}, ""}, {});
  return 0;
}
