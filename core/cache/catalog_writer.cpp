#include <cstddef>
#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "cache/catalog_format.hpp"
#include "cache/path_text.hpp"

namespace polyarch::cache {
namespace {

// Written by hand: a tree of JSON values would take ten times the memory, and most of the time of a small save.
// Members are in the order of their names.
class CatalogWriter {
 public:
  std::string run(const Catalog& catalog) {
    list("{\"deleted\":[", catalog.deleted, [this](const Deleted& gone) { write(gone); });
    list("],\"entries\":[", catalog.entries, [this](const Entry& entry) { write(entry); });
    list("],\"pieces\":[", catalog.pieces, [this](const Piece& piece) { write(piece); });
    add("],\"schema\":\"{}\"}}", catalog_schema);
    return std::move(out_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  void list(std::string_view begin, const auto& items, auto each) {
    out_ += begin;
    bool first = true;
    for (const auto& item : items) {
      if (!std::exchange(first, false)) out_ += ',';
      each(item);
    }
  }
  // What path_to_text gives has no control characters.
  void text(std::string_view bytes) {
    out_ += '"';
    for (const char c : path_to_text(bytes)) {
      if (c == '"' || c == '\\') out_ += '\\';
      out_ += c;
    }
    out_ += '"';
  }

  void write(const Deleted& gone) {
    add("{{\"in\":{},\"path\":", gone.home);
    text(gone.path);
    out_ += '}';
  }
  void write(const Piece& piece) {
    add("{{\"digest\":\"{}\",\"raw\":{},\"size\":{}}}", piece.digest.hex(), piece.raw_size, piece.size);
  }
  void write(const Entry& entry) {
    const bool file = entry.type == EntryType::file;
    out_ += '{';
    if (file) {
      list("\"at\":[", entry.extents,
           [this](const Extent& extent) { add("[{},{},{}]", extent.piece, extent.offset, extent.size); });
      add("],\"content\":\"{}\",", entry.content.hex());
    }
    if (entry.gid != 0) add("\"gid\":{},", entry.gid);
    add("\"in\":{},", entry.home);
    if (!entry.link.empty()) {
      out_ += "\"link\":";
      text(entry.link);
      out_ += ',';
    }
    add("\"mode\":{},\"mtime\":{},\"path\":", entry.mode, entry.mtime);
    text(entry.path);
    if (file) add(",\"size\":{}", entry.size);
    if (file && entry.sparse) out_ += ",\"sparse\":true";
    add(",\"type\":\"{}\"", type_letters[static_cast<std::size_t>(entry.type)]);
    if (entry.uid != 0) add(",\"uid\":{}", entry.uid);
    if (!entry.xattrs.empty()) {
      list(",\"xattrs\":{", entry.xattrs, [this](const auto& attribute) {
        text(attribute.first);
        out_ += ':';
        text(attribute.second);
      });
      out_ += '}';
    }
    out_ += '}';
  }

  std::string out_;
};

}  // namespace

std::string dump(const Catalog& catalog) {
  return CatalogWriter().run(catalog);
}

}  // namespace polyarch::cache
