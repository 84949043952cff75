#include "cache/catalog.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/path_text.hpp"

namespace polyarch::cache {
namespace {

constexpr std::string_view schema = "polyarch.snapshot/v1";
constexpr std::size_t most_catalog_bytes = 256U << 20;
constexpr std::size_t most_entries = 4'000'000;
constexpr std::size_t most_pieces = 1'000'000;
constexpr std::size_t longest_path = 4096;
constexpr std::string_view type_letters = "fdlhw";  // in the order of EntryType

[[noreturn]] void refuse_catalog(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::input, fmt::format("{} is no catalog of a snapshot: {}", what, problem),
              "restore another snapshot, or save this one anew");
}

// Written by hand: a tree of JSON values would take ten times the memory, and most of the time of a small save.
// Members are in the order of their names.
class CatalogWriter {
 public:
  std::string run(const Catalog& catalog) {
    list("{\"deleted\":[", catalog.deleted, [this](const Deleted& gone) { write(gone); });
    list("],\"entries\":[", catalog.entries, [this](const Entry& entry) { write(entry); });
    list("],\"pieces\":[", catalog.pieces, [this](const Piece& piece) { write(piece); });
    add("],\"schema\":\"{}\"}}", schema);
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

// Reads members of one untrusted object.
class Reader {
 public:
  Reader(const Json& object, std::string_view what) : object_(object), what_(what) {
    if (!object.is_object()) refuse_catalog(what, "an object is expected");
  }

  std::uint64_t number(const char* key, std::uint64_t most) const {
    const auto value = unsigned_at(object_, key, what_).value_or(0);
    if (value > most) refuse_catalog(what_, fmt::format("'{}' is too large", key));
    return value;
  }
  std::string path(const char* key) const {
    const auto text = string_at(object_, key, what_).value_or("");
    auto bytes = path_from_text(text);
    if (!bytes || bytes->size() > longest_path || bytes->find('\0') != std::string::npos)
      refuse_catalog(what_, fmt::format("'{}' is malformed", key));
    return *std::move(bytes);
  }
  Digest digest(const char* key) const {
    const auto text = "sha256:" + string_at(object_, key, what_).value_or("");
    if (!Digest::valid(text)) refuse_catalog(what_, fmt::format("'{}' is no digest", key));
    return Digest::parse(text);
  }
  const Json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  std::string_view what() const { return what_; }

 private:
  const Json& object_;
  std::string_view what_;
};

std::uint64_t at(const Json& numbers, std::size_t index, std::string_view what) {
  if (!numbers[index].is_number_unsigned()) refuse_catalog(what, "an extent is three whole numbers");
  return numbers[index].get<std::uint64_t>();
}

void read_content(const Reader& reader, Entry& entry) {
  entry.size = reader.number("size", std::uint64_t{1} << 60);
  entry.content = reader.digest("content");
  const auto* sparse = reader.find("sparse");
  entry.sparse = sparse != nullptr && sparse->is_boolean() && sparse->get<bool>();
  const auto* extents = reader.find("at");
  if (extents == nullptr) return;
  if (!extents->is_array() || extents->size() > most_pieces)
    refuse_catalog(reader.what(), "'at' is no list, or too long");
  for (const auto& numbers : *extents) {
    if (!numbers.is_array() || numbers.size() != 3) refuse_catalog(reader.what(), "an extent is three whole numbers");
    entry.extents.push_back(
        {at(numbers, 0, reader.what()), at(numbers, 1, reader.what()), at(numbers, 2, reader.what())});
  }
}

void read_xattrs(const Reader& reader, Entry& entry) {
  const auto* xattrs = reader.find("xattrs");
  if (xattrs == nullptr) return;
  if (!xattrs->is_object() || xattrs->size() > 1000) refuse_catalog(reader.what(), "'xattrs' is malformed");
  for (const auto& [name, value] : xattrs->items()) {
    auto key = path_from_text(name);
    auto bytes = value.is_string() ? path_from_text(value.get<std::string>()) : std::nullopt;
    if (!key || !bytes || bytes->size() > (64U << 10)) refuse_catalog(reader.what(), "'xattrs' is malformed");
    entry.xattrs[*std::move(key)] = *std::move(bytes);
  }
}

Entry read_entry(const Json& object, std::string_view what) {
  const Reader reader(object, what);
  Entry entry;
  entry.path = reader.path("path");
  if (!stays_inside(entry.path)) {
    refuse_catalog(what, fmt::format("the path '{}' leaves the tree", text::printable(entry.path.substr(0, 200))));
  }
  const auto type = string_at(object, "type", what).value_or("");
  const auto letter = type.size() == 1 ? type_letters.find(type) : std::string_view::npos;
  if (letter == std::string_view::npos) refuse_catalog(what, "an entry is of an unknown type");
  entry.type = static_cast<EntryType>(letter);
  entry.mode = static_cast<std::uint32_t>(reader.number("mode", 07777));
  entry.uid = static_cast<std::uint32_t>(reader.number("uid", 0xffffffff));
  entry.gid = static_cast<std::uint32_t>(reader.number("gid", 0xffffffff));
  const auto* mtime = reader.find("mtime");
  if (mtime == nullptr || !mtime->is_number_integer()) refuse_catalog(what, "'mtime' is no number");
  entry.mtime = mtime->get<std::int64_t>();
  entry.link = reader.path("link");
  const bool linked = entry.type == EntryType::symlink || entry.type == EntryType::hardlink;
  if (linked == entry.link.empty()) refuse_catalog(what, "a link without a target, or a target without a link");
  read_xattrs(reader, entry);
  entry.home = reader.number("in", most_pieces);
  if (entry.type == EntryType::file) read_content(reader, entry);
  return entry;
}

Piece read_piece(const Json& object, std::string_view what) {
  const Reader reader(object, what);
  Piece piece{reader.digest("digest"), reader.number("size", largest_piece * 2), reader.number("raw", largest_piece)};
  if (piece.size == 0 || piece.raw_size == 0) refuse_catalog(what, "a piece is empty");
  return piece;
}

Deleted read_deleted(const Json& object, std::string_view what) {
  const Reader reader(object, what);
  Deleted gone{reader.path("path"), reader.number("in", most_pieces)};
  if (!stays_inside(gone.path)) refuse_catalog(what, "a deleted path leaves the tree");
  return gone;
}

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

// Every parent is a directory of the catalog, and every hard link names a file: so nothing is written through a link.
void check_tree(const Catalog& catalog, std::string_view what) {
  std::unordered_map<std::string_view, EntryType> types;
  for (const auto& entry : catalog.entries) {
    if (!types.emplace(entry.path, entry.type).second) refuse_catalog(what, "a path stands twice");
  }
  for (const auto& entry : catalog.entries) {
    const auto slash = entry.path.rfind('/');
    if (slash != std::string::npos) {
      const auto parent = types.find(std::string_view(entry.path).substr(0, slash));
      if (parent == types.end() || parent->second != EntryType::directory) {
        refuse_catalog(what, fmt::format("'{}' is in no directory", text::printable(entry.path.substr(0, 200))));
      }
    }
    if (entry.type != EntryType::hardlink) continue;
    const auto target = types.find(entry.link);
    if (target == types.end() || target->second != EntryType::file) refuse_catalog(what, "a hard link names no file");
  }
}

}  // namespace

std::string dump(const Catalog& catalog) {
  return CatalogWriter().run(catalog);
}

Catalog parse_catalog(std::string_view bytes, std::string_view what) {
  Catalog catalog;
  const auto add = [what](auto& list, std::size_t most, auto item) {
    if (list.size() == most) refuse_catalog(what, "a list is too long");
    list.push_back(std::move(item));
  };
  const auto rest = parse_json_lists(bytes, what, most_catalog_bytes, [&](const std::string& key, const Json& item) {
    if (key == "pieces") add(catalog.pieces, most_pieces, read_piece(item, what));
    if (key == "entries") add(catalog.entries, most_entries, read_entry(item, what));
    if (key == "deleted") add(catalog.deleted, most_entries, read_deleted(item, what));
  });
  if (string_at(rest, "schema", what) != schema) refuse_catalog(what, "its schema is another");
  for (const auto* key : {"pieces", "entries", "deleted"}) {
    if (rest.contains(key) && !rest[key].is_array()) refuse_catalog(what, fmt::format("'{}' is no list", key));
  }
  if (!std::ranges::is_sorted(catalog.entries, {}, &Entry::path)) refuse_catalog(what, "the entries are not in order");
  check_pieces(catalog, what);
  check_tree(catalog, what);
  return catalog;
}

}  // namespace polyarch::cache
