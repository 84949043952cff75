#include "server/api.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "server/garbage.hpp"

namespace polyarch::server {
namespace {

bool reads(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

Api::Api(ApiOptions options)
    : options_(std::move(options)),
      store_(options_.directory, options_.max_manifest, options_.read_only ? Access::read : Access::write) {
  if (!options_.read_only) remove_garbage(store_, find_unowned_content(store_));
}

// The refusal, if this client may not do that here.
std::optional<Answer> Api::forbid(const Request& request) const {
  if (options_.users && !options_.users->allows(request.header("Authorization").value_or(""))) {
    return refuse(Code::unauthorized, "log in with a user and password of this registry")
        .with("WWW-Authenticate", R"(Basic realm="polyarch registry", charset="UTF-8")");
  }
  if (options_.read_only && !reads(request)) {
    return refuse(Code::unsupported, "this registry is read-only").with("Allow", "GET, HEAD");
  }
  return std::nullopt;
}

Answer Api::handle(const Request& request) {
  try {
    if (auto refusal = forbid(request)) return std::move(*refusal);
    return route(request);
  } catch (const std::exception& error) {
    log::warning("registry: {} {}: {}", request.method, text::printable(request.path), error.what());
    return refuse(Code::unknown, error.what());
  }
}

Answer Api::route(const Request& request) {
  const auto target = parse_target(request.path);
  if (!target) return refuse(Code::unsupported, "no such endpoint: see the OCI distribution-spec", 404);
  if (target->endpoint == Endpoint::base) {
    if (!reads(request)) return only("GET, HEAD");
    Answer answer;
    answer.content_type = "application/json";
    answer.body = "{}";
    return answer;
  }
  const auto name = RepositoryName::parse(target->name);
  if (!name) {
    return refuse(Code::name_invalid,
                  fmt::format("'{}' is not the name of a repository: use lower-case letters, digits, "
                              "and . _ - between them, at most 255 characters",
                              text::printable(std::string_view(target->name).substr(0, 255))));
  }
  return route(request, *name, *target);
}

Answer Api::route(const Request& request, const RepositoryName& name, const Target& target) {
  switch (target.endpoint) {
    case Endpoint::blob:
      return reads(request) || request.method == "DELETE" ? blob(request, name, target.reference)
                                                          : only("GET, HEAD, DELETE");
    case Endpoint::uploads:
      return request.method == "POST" ? start_upload(request, name) : only("POST");
    case Endpoint::upload:
      return upload(request, name, target.reference);
    case Endpoint::manifest:
      return manifest(request, name, target.reference);
    case Endpoint::tags:
      return reads(request) ? tags(request, name) : only("GET, HEAD");
    default:
      return reads(request) ? referrers(request, name, target.reference) : only("GET, HEAD");
  }
}

}  // namespace polyarch::server
