#pragma once
#include <string>
#include <string_view>

#include "registry/client.hpp"

namespace polyarch::registry {

// Where the referrers of `subject` are listed when the registry has no API for them.
std::string referrers_tag(const Digest& subject);

// For registries without the referrers API (distribution-spec, "Pushing manifests with subject"): when the manifest
// `bytes` of `descriptor` names a subject, adds it to the index under the subject's fallback tag. Else does nothing.
void list_referrer(Client& client, const oci::Repository& repository, const oci::Descriptor& descriptor,
                   std::string_view bytes);

}  // namespace polyarch::registry
