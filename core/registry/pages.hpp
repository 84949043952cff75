#pragma once
#include <functional>
#include <string_view>

#include "registry/session.hpp"

namespace polyarch::registry {

bool not_found(const http::Response& response);

// Gives the body of every page of a list to `take`, from `first` on along the Link fields. false: the first answer says
// that there is no such list. Throws Error{registry} when there is no end to the pages.
bool each_page(Session& session, const oci::Repository& repository, const http::Url& first,
               const std::function<void(std::string_view body)>& take,
               const std::function<bool(const http::Response&)>& is_absent = not_found);

}  // namespace polyarch::registry
