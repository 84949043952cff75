#include <fmt/core.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "registry/client.hpp"
#include "registry/pages.hpp"
#include "registry/problem.hpp"

namespace polyarch::registry {

std::vector<std::string> Client::tags(const oci::Repository& repository) {
  std::vector<std::string> tags;
  const auto what = "tags of " + repository.str();
  const auto first = session_->url(repository, fmt::format("tags/list?n={}", session_->page()));
  each_page(*session_, repository, first, [&](std::string_view page) {
    const auto list = read_answer([&] { return parse_json(page, what); });
    if (!list.is_object() || !list.contains("tags") || list["tags"].is_null()) return;
    for (const auto& tag : list["tags"]) {
      if (!tag.is_string() || !oci::Reference::valid_tag(tag.get<std::string>())) {
        throw Error(ErrorKind::registry, fmt::format("{}: the list holds what is no tag", what));
      }
      tags.push_back(tag.get<std::string>());
    }
  });
  return tags;
}

}  // namespace polyarch::registry
