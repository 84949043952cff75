#pragma once
#include <cstddef>
#include <string_view>

#include "cache/catalog.hpp"

// What the writer and the reader of a catalog's JSON agree on; for catalog*.cpp only.
namespace polyarch::cache {

inline constexpr std::string_view catalog_schema = "polyarch.snapshot/v1";
inline constexpr std::string_view type_letters = "fdlhw";  // in the order of EntryType

// Throws Error{input}: `what` is no catalog.
[[noreturn]] void refuse_catalog(std::string_view what, std::string_view problem);

// Reads JSON whose members are each well-formed and of a bounded size; how they fit together is not checked. Throws as
// refuse_catalog does.
Catalog read_catalog(std::string_view bytes, std::string_view what);

}  // namespace polyarch::cache
