#include <algorithm>
#include <fmt/core.h>
#include <limits>

#include "base/json.hpp"
#include "base/text.hpp"
#include "oci/descriptor.hpp"
#include "server/api.hpp"

namespace polyarch::server {

Answer Api::tags(const Request& request, const RepositoryName& name) const {
  if (!store_.has_repository(name)) return refuse(Code::name_unknown, fmt::format("no repository {}", name.str()));
  const auto asked = request.parameter("n");
  const auto count = asked ? text::to_number(*asked) : std::numeric_limits<std::uint64_t>::max();
  if (!count) return refuse(Code::unsupported, "n has to be a number of tags", 400);
  auto names = store_.tags(name);
  if (const auto last = request.parameter("last")) {
    names.erase(names.begin(), std::ranges::upper_bound(names, *last));
  }
  const bool more = names.size() > *count;
  if (more) names.resize(*count);
  Answer answer;
  answer.content_type = "application/json";
  answer.body = Json{{"name", name.str()}, {"tags", names}}.dump();
  if (more && !names.empty()) {
    answer.with("Link",
                fmt::format(R"(</v2/{}/tags/list?n={}&last={}>; rel="next")", name.str(), *count, names.back()));
  }
  return answer;
}

Answer Api::referrers(const Request& request, const RepositoryName& name, const std::string& reference) const {
  if (!Digest::valid(reference)) {
    return refuse(Code::digest_invalid, fmt::format("'{}' is no digest", text::printable(reference)));
  }
  auto descriptors = store_.referrers(name, Digest::parse(reference));
  const auto filter = request.parameter("artifactType");
  if (filter) {
    std::erase_if(descriptors, [&filter](const Json& item) { return item.value("artifactType", "") != *filter; });
  }
  Answer answer;
  answer.content_type = std::string(oci::media_type::oci_index);
  answer.body =
      Json{{"schemaVersion", 2}, {"mediaType", oci::media_type::oci_index}, {"manifests", descriptors}}.dump();
  if (filter) answer.with("OCI-Filters-Applied", "artifactType");
  return answer;
}

}  // namespace polyarch::server
