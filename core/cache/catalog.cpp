#include "cache/catalog.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/catalog_format.hpp"

namespace polyarch::cache {
namespace {

void check_content(const Entry& entry, const std::vector<Piece>& pieces, std::string_view what) {
  std::uint64_t left = entry.size;
  for (const auto& extent : entry.extents) {
    const bool inside = extent.piece < pieces.size() && extent.size > 0 &&
                        extent.size <= pieces[extent.piece].raw_size &&
                        extent.offset <= pieces[extent.piece].raw_size - extent.size;
    if (!inside) refuse_catalog(what, "an extent lies outside its piece");
    if (extent.size > left) refuse_catalog(what, "the extents of a file are more than its size");
    left -= extent.size;
  }
  if (left != 0) refuse_catalog(what, "the extents of a file are less than its size");
}

// All of it lies in pieces that are there.
void check_pieces(const Catalog& catalog, std::string_view what) {
  for (const auto& entry : catalog.entries) {
    if (entry.home >= catalog.pieces.size()) refuse_catalog(what, "an entry lies in no piece");
    check_content(entry, catalog.pieces, what);
  }
  for (const auto& gone : catalog.deleted) {
    if (gone.home >= catalog.pieces.size()) refuse_catalog(what, "a deleted path lies in no piece");
  }
}

const Entry* find(const Catalog& catalog, std::string_view path) {
  const auto found = std::ranges::lower_bound(catalog.entries, path, {}, &Entry::path);
  return found != catalog.entries.end() && found->path == path ? &*found : nullptr;
}

// Every parent is a directory of the catalog, and every hard link names a file: so nothing is written through a link.
void check_tree(const Catalog& catalog, std::string_view what) {
  const auto& entries = catalog.entries;
  if (std::ranges::adjacent_find(entries, std::ranges::greater_equal{}, &Entry::path) != entries.end()) {
    refuse_catalog(what, "the entries are not in order, or a path stands twice");
  }
  const Entry* parent = nullptr;
  for (const auto& entry : entries) {
    const auto slash = entry.path.rfind('/');
    if (slash != std::string::npos) {
      const auto path = std::string_view(entry.path).substr(0, slash);
      if (parent == nullptr || parent->path != path) parent = find(catalog, path);
      if (parent == nullptr || parent->type != EntryType::directory) {
        refuse_catalog(what, fmt::format("'{}' is in no directory", text::printable(entry.path.substr(0, 200))));
      }
    }
    if (entry.type != EntryType::hardlink) continue;
    const auto* target = find(catalog, entry.link);
    if (target == nullptr || target->type != EntryType::file) refuse_catalog(what, "a hard link names no file");
  }
}

}  // namespace

void refuse_catalog(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::input, fmt::format("{} is no catalog of a snapshot: {}", what, problem),
              "restore another snapshot, or save this one anew");
}

Catalog parse_catalog(std::string_view bytes, std::string_view what) {
  auto catalog = read_catalog(bytes, what);
  check_pieces(catalog, what);
  check_tree(catalog, what);
  return catalog;
}

}  // namespace polyarch::cache
