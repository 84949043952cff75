#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sys/descriptor.hpp"

// A request and its answer, free of any HTTP library.
namespace polyarch::server {

// Takes the next piece; false when it wants no more.
using ByteSink = std::function<bool(std::string_view)>;

struct Request {
  std::string method;
  std::string path;                               // percent-decoded
  std::multimap<std::string, std::string> query;  // percent-decoded
  std::function<std::optional<std::string>(const char* name)> header;
  // Hands the body over, piece by piece as it arrives; once at most. False when the client broke off before its end, or
  // the sink wanted no more.
  std::function<bool(const ByteSink&)> body;

  // The first value of a query parameter.
  std::optional<std::string> parameter(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::nullopt : std::optional(found->second);
  }
};

// A blob, open for reading.
struct Blob {
  sys::Descriptor file;
  std::uint64_t size = 0;
};

struct Answer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type;
  std::string body;
  std::optional<Blob> blob;  // sent in place of the body; Range headers apply to it

  static Answer of(int status) {
    Answer answer;
    answer.status = status;
    return answer;
  }
  Answer& with(std::string name, std::string value) & {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  Answer&& with(std::string name, std::string value) && { return std::move(with(std::move(name), std::move(value))); }
};

}  // namespace polyarch::server
