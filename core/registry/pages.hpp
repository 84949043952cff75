#pragma once
#include <functional>
#include <string_view>

#include "registry/session.hpp"

namespace polyarch::registry {

// Gives the body of every page of a list to `take`, from `first` on along the Link fields. false: the registry answered
// 404 to the first page. Throws Error{registry} when there is no end to the pages.
bool each_page(Session& session, const oci::Repository& repository, const http::Url& first,
               const std::function<void(std::string_view body)>& take);

}  // namespace polyarch::registry
