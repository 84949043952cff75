#pragma once
#include "oci/descriptor.hpp"
#include "publish/legs.hpp"

namespace polyarch::publish {

// The leg with `annotations` on its manifest, which is another manifest then, with a digest of its own; all else in it
// is kept. Throws Error{publish} when the leg has attestations: they vouch for the digest that was.
Leg annotate(Leg leg, const oci::Annotations& annotations);

}  // namespace polyarch::publish
