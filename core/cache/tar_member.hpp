#pragma once
#include <string>

#include "cache/catalog.hpp"

namespace polyarch::cache {

// The header blocks of an entry in a pax archive (POSIX.1-2017, pax, "pax Interchange Format"): a whole number of
// 512-byte blocks. Times are written to the nanosecond; a name that ustar cannot hold goes into an extended header.
std::string tar_header(const Entry& entry);

// How long that is.
std::size_t tar_header_size(const Entry& entry);

// Zeros that fill a content of that size up to a whole block.
std::size_t tar_padding(std::uint64_t size);

}  // namespace polyarch::cache
