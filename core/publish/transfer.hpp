#pragma once
#include "oci/layout.hpp"
#include "registry/client.hpp"

namespace polyarch::publish {

// Copies a manifest or index with everything it names from one repository to another: blobs first, then manifests, by
// digest, moving no tag. Within one registry blobs are mounted, not moved. What is there already is not sent.
void copy_graph(registry::Client& client, const oci::Repository& from, const oci::Repository& to,
                const oci::Descriptor& root);

// Pushes the only image or index of a layout in the same way; returns its descriptor. Throws Error{input} when the
// layout holds none or several.
oci::Descriptor push_layout(registry::Client& client, const oci::Layout& layout, const oci::Repository& to);

}  // namespace polyarch::publish
