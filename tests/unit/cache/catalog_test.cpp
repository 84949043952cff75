#include "cache/catalog.hpp"

#include <functional>
#include <gmock/gmock.h>

#include "base/error.hpp"
#include "cache/path_text.hpp"

namespace polyarch::cache {
namespace {

using ::testing::HasSubstr;

Catalog sample() {
  Catalog catalog;
  catalog.pieces = {{Digest::sha256("one"), 100, 4096}, {Digest::sha256("two"), 200, 8192}};
  Entry directory{.path = "d", .type = EntryType::directory, .mode = 0755, .mtime = -5, .home = 0};
  Entry file{.path = "d/f\xff", .mode = 04755, .uid = 7, .mtime = 1'700'000'000'123'456'789, .home = 0, .size = 1000};
  file.xattrs["user.a"] = std::string("\0\x01\xfe", 3);
  file.content = Digest::sha256("content");
  file.extents = {{0, 1536, 600}, {1, 0, 400}};
  Entry link{.path = "d/l", .type = EntryType::symlink, .mode = 0777, .link = "../../anywhere", .home = 1};
  Entry twin{.path = "d/t", .type = EntryType::hardlink, .mode = 04755, .link = "d/f\xff", .home = 1};
  Entry whiteout{.path = "d/w", .type = EntryType::whiteout, .home = 1};
  catalog.entries = {directory, file, link, twin, whiteout};
  catalog.deleted = {{"d/gone", 1}};
  return catalog;
}

TEST(Catalog, IsReadAsItWasWritten) {
  const auto text = dump(sample());
  const auto read = parse_catalog(text, "a catalog");
  EXPECT_EQ(dump(read), text);
  EXPECT_EQ(read.entries[1].path, "d/f\xff");
  EXPECT_EQ(read.entries[1].xattrs.at("user.a"), std::string("\0\x01\xfe", 3));
  EXPECT_EQ(read.entries[0].mtime, -5);
  EXPECT_EQ(read.entries[1].extents, sample().entries[1].extents);
}

TEST(Catalog, RefusesWhatCouldHarm) {
  using Change = std::function<void(Json&)>;
  const std::vector<std::pair<const char*, Change>> changes{
      {"another schema", [](Json& c) { c["schema"] = "x"; }},
      {"a path that leaves", [](Json& c) { c["entries"][2]["path"] = "../l"; }},
      {"an absolute path", [](Json& c) { c["entries"][0]["path"] = "/d"; }},
      {"a dot", [](Json& c) { c["entries"][2]["path"] = "d/./l"; }},
      {"an empty component", [](Json& c) { c["entries"][2]["path"] = "d//l"; }},
      {"an empty path", [](Json& c) { c["entries"][0]["path"] = ""; }},
      {"a NUL", [](Json& c) { c["entries"][2]["path"] = "d/l%00"; }},
      {"a malformed escape", [](Json& c) { c["entries"][2]["path"] = "d/l%4"; }},
      {"a path without a parent", [](Json& c) { c["entries"][2]["path"] = "e/l"; }},
      {"a path below a link", [](Json& c) { c["entries"][3]["path"] = "d/l/f"; }},
      {"a path twice", [](Json& c) { c["entries"][3] = c["entries"][2]; }},
      {"a hard link outside", [](Json& c) { c["entries"][3]["link"] = "../../etc/passwd"; }},
      {"a hard link to a link", [](Json& c) { c["entries"][3]["link"] = "d/l"; }},
      {"a link without a target", [](Json& c) { c["entries"][2].erase("link"); }},
      {"a file with a target", [](Json& c) { c["entries"][1]["link"] = "x"; }},
      {"a whiteout with a target", [](Json& c) { c["entries"][4]["link"] = "x"; }},
      {"a hard link to a whiteout", [](Json& c) { c["entries"][3]["link"] = "d/w"; }},
      {"an entry below a whiteout", [](Json& c) { c["entries"][0]["type"] = "w"; }},
      {"an unknown type", [](Json& c) { c["entries"][2]["type"] = "x"; }},
      {"a device", [](Json& c) { c["entries"][4]["type"] = "c"; }},
      {"a pipe", [](Json& c) { c["entries"][4]["type"] = "p"; }},
      {"a mode of more than permissions", [](Json& c) { c["entries"][1]["mode"] = 0170000; }},
      {"no time", [](Json& c) { c["entries"][1].erase("mtime"); }},
      {"an extent past the piece",
       [](Json& c) {
         c["entries"][1]["at"][0] = {0, 4000, 600};
       }},
      {"an extent that overflows",
       [](Json& c) {
         c["entries"][1]["at"][0] = {0, 18446744073709551615ULL, 600};
       }},
      {"an extent of no piece",
       [](Json& c) {
         c["entries"][1]["at"][1] = {2, 0, 400};
       }},
      {"extents that do not add up", [](Json& c) { c["entries"][1]["size"] = 1001; }},
      {"too much content", [](Json& c) { c["entries"][1]["size"] = 999; }},
      {"negative numbers",
       [](Json& c) {
         c["entries"][1]["at"][0] = {0, -1, 600};
       }},
      {"a home that is no piece", [](Json& c) { c["entries"][0]["in"] = 2; }},
      {"a bomb", [](Json& c) { c["pieces"][0]["raw"] = largest_piece + 1; }},
      {"an empty piece", [](Json& c) { c["pieces"][0]["size"] = 0; }},
      {"a digest that is none", [](Json& c) { c["pieces"][0]["digest"] = "abc"; }},
      {"entries out of order", [](Json& c) { std::swap(c["entries"][2], c["entries"][3]); }},
      {"a deleted path that leaves", [](Json& c) { c["deleted"][0]["path"] = "../x"; }},
      {"a list of another type", [](Json& c) { c["entries"] = 7; }},
      {"no type", [](Json& c) { c["entries"][2].erase("type"); }},
      {"a type that its neighbour had", [](Json& c) { c["entries"][0]["type"] = 7; }},
      {"a file without a digest", [](Json& c) { c["entries"][1].erase("content"); }},
      {"a piece without a digest", [](Json& c) { c["pieces"][1].erase("digest"); }},
      {"a piece too large", [](Json& c) { c["pieces"][1]["size"] = largest_piece * 2 + 1; }},
      {"content of what is no file",
       [](Json& c) {
         c["entries"][2]["at"] = {{0, 0, 1}};
       }},
      {"an extent of two numbers",
       [](Json& c) {
         c["entries"][1]["at"][0] = {0, 1536};
       }},
      {"an extent of four numbers",
       [](Json& c) {
         c["entries"][1]["at"][0] = {0, 1536, 600, 1};
       }},
      {"a number among the extents", [](Json& c) { c["entries"][1]["at"] = {7}; }},
      {"a member of another type", [](Json& c) { c["entries"][1]["mode"] = "7"; }},
      {"a list for a text", [](Json& c) { c["entries"][1]["path"] = Json::array({"d"}); }},
      {"a number among the entries", [](Json& c) { c["entries"].push_back(7); }},
      {"an object for a list", [](Json& c) { c["deleted"] = Json::object(); }},
      {"no schema", [](Json& c) { c.erase("schema"); }},
      {"a list", [](Json& c) { c = Json::array({c}); }},
      {"attributes of another type",
       [](Json& c) {
         c["entries"][1]["xattrs"] = Json{{"a", 1}};
       }},
  };
  for (const auto& [name, change] : changes) {
    auto object = Json::parse(dump(sample()));
    change(object);
    try {
      parse_catalog(object.dump(), "the catalog");
      ADD_FAILURE() << "accepted: " << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << name;
      EXPECT_THAT(error.message(), HasSubstr("the catalog")) << name;
    }
  }
}

TEST(Catalog, PassesOverWhatItDoesNotKnow) {
  auto object = Json::parse(dump(sample()));
  const auto unknown =
      Json::parse(R"({"path":["x",{"in":[7,-1,1.5,null,true]}],"entries":[{"at":[[]]}],"schema":"z"})");
  for (auto* one : {&object, &object["entries"][1], &object["pieces"][0], &object["deleted"][0]}) {
    (*one)["unknown"] = unknown;
    (*one)["z"] = "text", (*one)["null"] = nullptr, (*one)["a"] = -1.5;
  }
  // Known elsewhere, or said to be nothing.
  object["entries"][1]["digest"] = "x", object["entries"][1]["raw"] = -1, object["entries"][1]["gid"] = nullptr;
  object["pieces"][0]["mode"] = Json::array({"x"}), object["deleted"][0]["size"] = Json::object();
  EXPECT_EQ(dump(parse_catalog(object.dump(), "the catalog")), dump(sample()));
}

TEST(Catalog, RefusesWhatIsNoJson) {
  const auto whole = dump(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(parse_catalog(whole.substr(0, size), "the catalog"), Error) << size;
  }
  EXPECT_THROW(parse_catalog(whole + "}", "the catalog"), Error);
  EXPECT_THROW(parse_catalog(R"({"x":)" + std::string(100'000, '['), "the catalog"), Error);
}

TEST(PathText, KeepsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const auto& bytes : {all, std::string("plain"), std::string("ä€😀"), std::string("%41"), std::string("\xc3"),
                            std::string("\xed\xa0\x80"), std::string("\xc0\xaf")}) {
    const auto text = path_to_text(bytes);
    EXPECT_EQ(path_from_text(text), bytes) << text;
    EXPECT_NO_THROW(Json(text).dump()) << text;
  }
  EXPECT_EQ(path_to_text("ä/€"), "ä/€");
  EXPECT_FALSE(path_from_text("%4"));
  EXPECT_FALSE(path_from_text("%zz"));
}

}  // namespace
}  // namespace polyarch::cache
