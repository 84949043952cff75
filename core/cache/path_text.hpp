#pragma once
#include <optional>
#include <string>
#include <string_view>

// Bytes of file systems in JSON.
namespace polyarch::cache {

// A name as valid UTF-8: '%' and control characters become %XX; in a name that is no UTF-8, so do all bytes from 0x80.
std::string path_to_text(std::string_view bytes);
// The same back; nullopt on a malformed escape.
std::optional<std::string> path_from_text(std::string_view text);

// True for a relative path of non-empty components, none of them "." or "..".
bool stays_inside(std::string_view path);

}  // namespace polyarch::cache
