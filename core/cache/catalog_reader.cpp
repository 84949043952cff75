#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "cache/catalog_format.hpp"
#include "cache/path_text.hpp"

namespace polyarch::cache {
namespace {

constexpr std::size_t most_catalog_bytes = 256U << 20;
constexpr std::size_t most_entries = 4'000'000;
constexpr std::size_t most_pieces = 1'000'000;
constexpr std::size_t longest_path = 4096;

// Takes the members of a catalog as the parser meets them: a JSON value for each entry would take three times as long.
// Members that it does not know are passed over.
class CatalogReader final : public Json::json_sax_t {
 public:
  CatalogReader(Catalog& catalog, std::string_view what) : catalog_(catalog), what_(what) {}

  void run(std::string_view bytes) {
    if (bytes.size() > most_catalog_bytes) refuse("it is too large");
    if (!Json::sax_parse(bytes.begin(), bytes.end(), this)) refuse("not valid JSON");
    if (schema_ != catalog_schema) refuse("its schema is another");
  }

  bool key(std::string& name) override {
    if (unknown_ > 0) return true;
    if (place_ == Place::attributes) {
      attribute_ = bytes_of(name);
    } else if (place_ == Place::item && !is_known(name)) {
      member_.clear();
    } else {
      member_ = std::move(name);
    }
    return true;
  }
  bool start_object(std::size_t) override {
    if (pass_over()) return true;
    if (place_ == Place::outside) return enter(Place::whole);
    if (place_ == Place::list) {
      item_ = {};
      return enter(Place::item);
    }
    if (!at_member("xattrs")) refuse("an object stands where none is expected");
    item_.entry.xattrs.clear();
    return enter(Place::attributes);
  }
  bool end_object() override {
    if (come_back()) return true;
    if (place_ == Place::attributes) return enter(Place::item);
    if (place_ == Place::whole) return enter(Place::outside);
    finish_item();
    return enter(Place::list);
  }
  bool start_array(std::size_t) override {
    if (pass_over()) return true;
    if (place_ == Place::whole && is_list(member_)) {
      list_ = member_;
      return enter(Place::list);
    }
    if (place_ == Place::extents) {
      numbers_.clear();
      return enter(Place::extent);
    }
    if (!at_member("at")) refuse("a list stands where none is expected");
    item_.entry.extents.clear();
    return enter(Place::extents);
  }
  bool end_array() override {
    if (come_back()) return true;
    if (place_ == Place::list) return enter(Place::whole);
    if (place_ == Place::extents) return enter(Place::item);
    if (numbers_.size() != 3) refuse("an extent is three whole numbers");
    if (item_.entry.extents.size() == most_pieces) refuse("'at' is too long");
    item_.entry.extents.push_back({numbers_[0], numbers_[1], numbers_[2]});
    return enter(Place::extents);
  }

  bool string(std::string& text) override {
    if (unknown_ > 0) return true;
    if (place_ == Place::whole && member_ == "schema") {
      schema_ = text;
    } else if (place_ == Place::attributes) {
      if (item_.entry.xattrs.size() == 1000) refuse("'xattrs' is too long");
      item_.entry.xattrs[attribute_] = bytes_of(text);
    } else if (at_member("path")) {
      item_.entry.path = path(text);
    } else if (at_member("link")) {
      item_.entry.link = path(text);
    } else if (at_member("type")) {
      item_.entry.type = type(text);
    } else if (at_member("content") || at_member("digest")) {
      item_.entry.content = digest(text);
    } else {
      other_value();
    }
    return true;
  }
  bool number_unsigned(std::uint64_t number) override {
    if (unknown_ > 0) return true;
    if (place_ == Place::extent) {
      if (numbers_.size() == 3) refuse("an extent is three whole numbers");
      numbers_.push_back(number);
    } else if (at_member("in")) {
      item_.entry.home = at_most(number, most_pieces);
    } else if (at_member("mode")) {
      item_.entry.mode = static_cast<std::uint32_t>(at_most(number, 07777));
    } else if (at_member("uid")) {
      item_.entry.uid = static_cast<std::uint32_t>(at_most(number, 0xffffffff));
    } else if (at_member("gid")) {
      item_.entry.gid = static_cast<std::uint32_t>(at_most(number, 0xffffffff));
    } else if (at_member("size")) {
      item_.entry.size = at_most(number, std::uint64_t{1} << 60);
    } else if (at_member("raw")) {
      item_.raw = at_most(number, largest_piece);
    } else if (at_member("mtime")) {
      item_.entry.mtime = static_cast<std::int64_t>(at_most(number, std::numeric_limits<std::int64_t>::max()));
      item_.has_time = true;
    } else {
      other_value();
    }
    return true;
  }
  bool number_integer(std::int64_t number) override {
    if (unknown_ > 0) return true;
    if (!at_member("mtime")) return other_value();
    item_.entry.mtime = number;
    return item_.has_time = true;
  }
  bool boolean(bool value) override {
    if (unknown_ > 0) return true;
    if (!at_member("sparse")) return other_value();
    item_.entry.sparse = value;
    return true;
  }
  bool number_float(double, const std::string&) override { return unknown_ > 0 || other_value(); }
  bool null() override { return unknown_ > 0 || place_ == Place::item || other_value(); }  // as if it were not there
  bool binary(Json::binary_t&) override { return false; }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  enum class Place : std::uint8_t { outside, whole, list, item, extents, extent, attributes };
  // What one has had so far. Pieces and deleted paths have some of the members of entries, which are of the same kind.
  struct Item {
    Entry entry;
    bool has_time = false;
    bool has_type = false;
    std::uint64_t raw = 0;
  };

  [[noreturn]] void refuse(std::string_view problem) const { refuse_catalog(what_, problem); }

  static bool is_list(std::string_view name) { return name == "pieces" || name == "entries" || name == "deleted"; }
  bool is_known(std::string_view name) const {
    static constexpr std::string_view of_pieces[] = {"digest", "raw", "size"};
    static constexpr std::string_view of_deleted[] = {"in", "path"};
    static constexpr std::string_view of_entries[] = {"at",    "content", "gid",  "in",   "link", "mode",  "path",
                                                      "mtime", "sparse",  "size", "type", "uid",  "xattrs"};
    const auto among = [name](const auto& names) { return std::ranges::find(names, name) != std::end(names); };
    return list_ == "entries" ? among(of_entries) : list_ == "pieces" ? among(of_pieces) : among(of_deleted);
  }
  bool at_member(std::string_view name) const { return place_ == Place::item && member_ == name; }

  bool enter(Place place) {
    place_ = place;
    return true;
  }
  bool at_unknown() const {
    if (place_ == Place::whole) return !is_list(member_) && member_ != "schema";
    return place_ == Place::item && member_.empty();
  }
  // Whether what begins here is of a member that is not known, or within one.
  bool pass_over() {
    if (unknown_ > 0 || at_unknown()) ++unknown_;
    return unknown_ > 0;
  }
  bool come_back() {
    if (unknown_ == 0) return false;
    --unknown_;
    return true;
  }
  bool other_value() const {
    if (!at_unknown()) refuse(fmt::format("a value is misplaced near '{}'", text::printable(member_.substr(0, 100))));
    return true;
  }

  std::uint64_t at_most(std::uint64_t number, std::uint64_t most) const {
    if (number > most) refuse(fmt::format("'{}' is too large", member_));
    return number;
  }
  std::string bytes_of(std::string_view text) const {
    auto bytes = path_from_text(text);
    if (!bytes || bytes->size() > (64U << 10)) refuse(fmt::format("'{}' is malformed", member_));
    return *std::move(bytes);
  }
  std::string path(std::string_view text) const {
    auto bytes = bytes_of(text);
    if (bytes.size() > longest_path || bytes.find('\0') != std::string::npos)
      refuse(fmt::format("'{}' is malformed", member_));
    return bytes;
  }
  Digest digest(const std::string& hex) const {
    const auto text = "sha256:" + hex;
    if (!Digest::valid(text)) refuse(fmt::format("'{}' is no digest", member_));
    return Digest::parse(text);
  }
  EntryType type(std::string_view text) {
    const auto letter = text.size() == 1 ? type_letters.find(text) : std::string_view::npos;
    if (letter == std::string_view::npos) refuse("an entry is of an unknown type");
    item_.has_type = true;
    return static_cast<EntryType>(letter);
  }

  void finish_item() {
    if (list_ == "pieces") {
      if (item_.entry.size == 0 || item_.raw == 0) refuse("a piece is empty");
      if (item_.entry.size > largest_piece * 2) refuse("a piece is too large");
      if (item_.entry.content == Digest()) refuse("a piece has no digest");
      return add(catalog_.pieces, {item_.entry.content, item_.entry.size, item_.raw}, most_pieces);
    }
    if (!stays_inside(item_.entry.path)) {
      refuse(fmt::format("the path '{}' leaves the tree", text::printable(item_.entry.path.substr(0, 200))));
    }
    if (list_ == "deleted") return add(catalog_.deleted, {std::move(item_.entry.path), item_.entry.home}, most_entries);
    finish_entry();
    add(catalog_.entries, std::move(item_.entry), most_entries);
  }
  void finish_entry() {
    if (!item_.has_time || !item_.has_type) refuse("an entry has no time, or no type");
    const bool linked = item_.entry.type == EntryType::symlink || item_.entry.type == EntryType::hardlink;
    if (linked == item_.entry.link.empty()) refuse("a link without a target, or a target without a link");
    const bool file = item_.entry.type == EntryType::file;
    if (file && item_.entry.content == Digest()) refuse("a file has no digest");
    if (!file && (item_.entry.size > 0 || !item_.entry.extents.empty())) refuse("what is no file has content");
  }
  template <class Item>
  void add(std::vector<Item>& list, Item item, std::size_t most) const {
    if (list.size() == most) refuse("a list is too long");
    list.push_back(std::move(item));
  }

  Catalog& catalog_;
  const std::string_view what_;
  Place place_ = Place::outside;
  std::size_t unknown_ = 0;  // how deep in a member that is not known
  std::string list_;         // that is being read
  std::string member_;       // of the whole, or of the item, where it is empty when it is not known
  std::string schema_;
  Item item_;
  std::string attribute_;               // of the item, whose value comes next
  std::vector<std::uint64_t> numbers_;  // of an extent
};

}  // namespace

Catalog read_catalog(std::string_view bytes, std::string_view what) {
  Catalog catalog;
  CatalogReader(catalog, what).run(bytes);
  return catalog;
}

}  // namespace polyarch::cache
