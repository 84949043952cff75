#pragma once
#include <memory>

#include "registry/client.hpp"

namespace polyarch::publish {

// A blob of a registry as a body to push to another: downloaded while it is read, through a buffer of fixed size, and
// nothing touches the disk. Read again at another offset, after an upload broke off, the download is opened there anew.
// The last byte is given only when all bytes have the blob's digest: else read throws Error{registry}. The client must
// outlive it.
http::BodySource stream_blob(registry::Client& client, const oci::Repository& from, const oci::Descriptor& blob);

}  // namespace polyarch::publish
