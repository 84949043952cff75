#include "registry/pages.hpp"

#include <fmt/core.h>
#include <set>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "registry/link.hpp"
#include "registry/problem.hpp"

namespace polyarch::registry {
namespace {

constexpr int most_pages = 2000;
constexpr std::size_t most_bytes = 256U << 20;

}  // namespace

bool not_found(const http::Response& response) {
  return response.status == 404;
}

bool each_page(Session& session, const oci::Repository& repository, const http::Url& first,
               const std::function<void(std::string_view)>& take,
               const std::function<bool(const http::Response&)>& is_absent) {
  http::Request request;
  request.url = first.str();
  std::size_t bytes = 0;
  std::set<std::string> asked{request.url};
  for (int page = 0; page < most_pages && bytes < most_bytes; ++page) {
    const auto response = session.send(repository.registry, pull_scope(repository), request);
    if (page == 0 && is_absent(response)) return false;
    if (!response.ok()) fail(request, response, repository.registry);
    take(response.body);
    bytes += response.body.size();
    const auto next = next_link(response.headers.all("Link"));
    if (!next) return true;
    request.url = Session::follow(request, *next).str();
    if (!asked.insert(request.url).second) break;
  }
  throw Error(ErrorKind::registry, fmt::format("the list at {} has no end", redact_url(first.str())));
}

}  // namespace polyarch::registry
