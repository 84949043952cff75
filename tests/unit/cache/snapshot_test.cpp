#include <gmock/gmock.h>

#include "cache/snapshot_restore.hpp"
#include "cache/snapshot_save.hpp"
#include "sys/process.hpp"
#include "unit/cache/trees.hpp"

namespace polyarch::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

class Snapshot : public ::testing::Test {
 protected:
  fs::path tree() const { return from_.path() / "tree"; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((tree() / name).parent_path());
    std::ofstream(tree() / name, std::ios::binary) << text;
  }
  SaveResult save(const Catalog* previous = nullptr, const SeenFiles* seen = nullptr) {
    return save_tree(from_.path(), scan(from_.path(), {"tree"}, cancel_), store_, {.previous = previous, .seen = seen});
  }
  // A catalog goes through its text, as it does between two jobs.
  static Catalog sent(const Catalog& catalog) { return parse_catalog(dump(catalog), "catalog"); }
  RestoreResult restore(const Catalog& catalog, const std::string& name = "to") {
    return restore_tree(sent(catalog), store_, to_.path() / name);
  }
  // The tree as it comes back.
  std::map<std::string, std::string> came_back(const Catalog& catalog) {
    const sys::TemporaryDirectory target;
    restore_tree(sent(catalog), store_, target.path());
    return testing::describe(target.path());
  }

  sys::TemporaryDirectory from_, to_;
  sys::Cancel cancel_;
  testing::MemoryStore store_;
};

TEST_F(Snapshot, GivesEveryTreeBackAsItWas) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    std::mt19937_64 random(seed);
    fs::remove_all(tree());
    testing::grow(tree(), random, 120);
    const auto before = testing::describe(from_.path());
    EXPECT_EQ(came_back(save().catalog), before) << "seed " << seed;
    EXPECT_EQ(testing::describe(from_.path()), before) << "saving changes nothing";
  }
}

TEST_F(Snapshot, GoesOnFromTheLastThroughManyChanges) {
  std::mt19937_64 random(7);
  testing::grow(tree(), random, 200);
  auto last = save();
  for (int round = 0; round < 6; ++round) {
    std::vector<fs::path> files;
    for (const auto& each : fs::recursive_directory_iterator(tree())) {
      if (fs::is_regular_file(each.symlink_status())) files.push_back(each.path());
    }
    for (int i = 0; i < 10; ++i) fs::remove(files[random() % files.size()]);
    for (int i = 0; i < 5; ++i) {
      const auto& path = files[random() % files.size()];
      if (fs::exists(path)) std::ofstream(path, std::ios::app) << random();
    }
    testing::grow(tree() / ("more" + std::to_string(round)), random, 12);
    const auto previous = sent(last.catalog);
    last = save(&previous, round % 2 == 0 ? &last.seen : nullptr);
    ASSERT_EQ(came_back(last.catalog), testing::describe(from_.path())) << "round " << round;
  }
}

TEST_F(Snapshot, TheSameTreeGivesTheSameBytes) {
  std::mt19937_64 random(3);
  testing::grow(tree(), random, 100);
  EXPECT_EQ(dump(save().catalog), dump(save().catalog));
}

TEST_F(Snapshot, SavedTwiceSendsNothing) {
  std::mt19937_64 random(5);
  testing::grow(tree(), random, 150);
  const auto first = save();
  EXPECT_GT(first.sent_bytes, 0U);
  const auto again = save(&first.catalog, &first.seen);
  EXPECT_EQ(again.read_bytes, 0U) << "what nobody has touched is not even read";
  EXPECT_EQ(again.written_bytes, 0U);
  const auto elsewhere = save(&first.catalog);
  EXPECT_EQ(elsewhere.written_bytes, 0U) << "another machine reads and compares";
  EXPECT_GT(elsewhere.read_bytes, 0U);
  EXPECT_EQ(dump(elsewhere.catalog), dump(first.catalog));
}

TEST_F(Snapshot, WhatWasRestoredIsNotReadAgain) {
  std::mt19937_64 random(6);
  testing::grow(tree(), random, 80);
  const auto first = save();
  const auto back = restore(first.catalog);
  const auto root = to_.path() / "to";
  const auto again =
      save_tree(root, scan(root, {"tree"}, cancel_), store_, {.previous = &first.catalog, .seen = &back.seen});
  EXPECT_EQ(again.read_bytes, 0U);
  EXPECT_EQ(again.written_bytes, 0U);
  std::ofstream(root / "tree/new") << "new";
  const auto more =
      save_tree(root, scan(root, {"tree"}, cancel_), store_, {.previous = &first.catalog, .seen = &back.seen});
  EXPECT_EQ(more.read_bytes, 3U);
}

TEST_F(Snapshot, ARestoreKnowsWhatAScanWouldFind) {
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    std::mt19937_64 random(seed);
    fs::remove_all(tree());
    testing::grow(tree(), random, 120);
    const auto first = save();
    const auto name = std::to_string(seed);
    const auto back = restore(first.catalog, name);
    ASSERT_THAT(back.not_kept, IsEmpty());
    const auto root = to_.path() / name;
    const auto now = scan(root, {"tree"}, cancel_);
    ASSERT_EQ(back.stamps.size(), now.found.size());
    for (std::size_t i = 0; i < now.found.size(); ++i) {
      EXPECT_EQ(back.stamps[i], now.found[i].stamp) << now.found[i].entry.path;
    }
    EXPECT_EQ(fingerprint(standing_tree(first.catalog, back)), fingerprint(now)) << "seed " << seed;
  }
}

TEST_F(Snapshot, AFileOfTheSameSizeAndTimeIsSeenToBeAnother) {
  write("a", "old content");
  testing::set_time(tree() / "a", 1000, 0);
  const auto first = save();
  write("a", "new content");
  testing::set_time(tree() / "a", 1000, 0);
  const auto second = save(&first.catalog, &first.seen);
  EXPECT_EQ(came_back(second.catalog), testing::describe(from_.path()));
}

TEST_F(Snapshot, UnchangedFilesStayInTheirPieces) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 20; ++i) write("f" + std::to_string(i), testing::random_bytes(random, 1U << 20));
  const auto first = save();
  ASSERT_GE(first.catalog.pieces.size(), 3U);
  write("f7a", testing::random_bytes(random, 100'000));
  const auto second = save(&first.catalog, &first.seen);
  EXPECT_LT(second.written_bytes, 110'000U);
  EXPECT_EQ(second.catalog.pieces.size(), first.catalog.pieces.size() + 1);
}

TEST_F(Snapshot, APieceThatIsMostlyDeadIsWrittenAnew) {
  std::mt19937_64 random(9);
  for (int i = 0; i < 6; ++i) write("f" + std::to_string(i), testing::random_bytes(random, 1U << 20));
  const auto first = save();
  fs::remove(tree() / "f0");
  const auto second = save(&first.catalog, &first.seen);
  EXPECT_EQ(second.written_bytes, 0U) << "a sixth is dead";
  ASSERT_EQ(second.catalog.deleted.size(), 1U);
  EXPECT_EQ(second.catalog.deleted[0].path, "tree/f0");
  fs::remove(tree() / "f1");
  const auto third = save(&second.catalog, &second.seen);
  EXPECT_GT(third.written_bytes, 0U) << "a third is dead";
  EXPECT_THAT(third.catalog.deleted, IsEmpty());
  EXPECT_EQ(third.catalog.pieces.size(), 1U);
  EXPECT_EQ(came_back(third.catalog), testing::describe(from_.path()));
}

TEST_F(Snapshot, ALargeFileIsCutSoThatAnInsertionMovesLittle) {
  std::mt19937_64 random(10);
  auto content = testing::random_bytes(random, 20U << 20);
  write("large", content);
  const auto first = save();
  EXPECT_GT(first.catalog.pieces.size(), 4U);
  EXPECT_EQ(came_back(first.catalog), testing::describe(from_.path()));
  content.insert(10U << 20, "a few bytes");
  write("large", content);
  const auto second = save(&first.catalog, &first.seen);
  EXPECT_LT(second.sent_bytes, first.sent_bytes * 2 / 3);
  EXPECT_EQ(came_back(second.catalog), testing::describe(from_.path()));
}

TEST_F(Snapshot, AFileThatCameBackOnlyInPartIsTakenAway) {
  std::mt19937_64 random(12);
  write("large", testing::random_bytes(random, 20U << 20));
  const auto catalog = save().catalog;
  store_.blobs.erase(catalog.pieces[2].digest.str());
  EXPECT_THROW(restore(catalog), Error);
  EXPECT_FALSE(fs::exists(to_.path() / "to/tree/large")) << "the next save would keep it";
}

TEST_F(Snapshot, KeepsHolesAndAttributes) {
  write("sparse", "start");
  fs::resize_file(tree() / "sparse", 30U << 20);
  write("marked", "x");
  const bool attributes = ::setxattr((tree() / "marked").c_str(), "user.polyarch", "mark\0ed", 7, 0) == 0;
  const auto before = testing::describe(from_.path());
  const auto saved = save();
  const auto back = restore(saved.catalog);
  EXPECT_EQ(testing::describe(to_.path() / "to"), before);
  EXPECT_THAT(back.not_kept, IsEmpty());
  struct stat status {};
  ASSERT_EQ(::stat((to_.path() / "to/tree/sparse").c_str(), &status), 0);
  EXPECT_LT(status.st_blocks * 512, 1 << 20) << "the hole is a hole again";
  if (!attributes) GTEST_SKIP() << "this file system keeps no attributes";
}

TEST_F(Snapshot, OfNothingIsRefused) {
  fs::create_directories(tree() / "empty");
  try {
    save();
    FAIL() << "an empty tree was saved";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.hint(), HasSubstr("stays as it is"));
  }
  EXPECT_THROW(scan(from_.path(), {"none"}, cancel_), Error);
  EXPECT_THROW(scan(from_.path(), {"../etc"}, cancel_), Error);
}

TEST_F(Snapshot, NamesWhatItCannotKeep) {
  write("a", "a");
  ASSERT_EQ(::mkfifo((tree() / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(save().left_out, ElementsAre(HasSubstr("tree/pipe")));
}

TEST_F(Snapshot, EveryFlippedBitOfABlobIsFound) {
  write("a", "some text");
  const auto catalog = save().catalog;
  ASSERT_EQ(store_.blobs.size(), 1U);
  auto& blob = store_.blobs.begin()->second;
  for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
    blob[bit / 8] = static_cast<char>(blob[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_THROW(restore(catalog, "flipped"), Error) << "bit " << bit;
    blob[bit / 8] = static_cast<char>(blob[bit / 8] ^ (1 << (bit % 8)));
  }
  EXPECT_NO_THROW(restore(catalog, "whole"));
}

// Without polyarch: the frames one after another are an archive.
TEST_F(Snapshot, IsAPlainTarOfZstdFrames) {
  std::mt19937_64 random(11);
  testing::grow(tree(), random, 100);
  write("large", testing::random_bytes(random, 20U << 20));
  const auto first = save();
  write("large", "small now");
  write("late", "added");
  const auto catalog = save(&first.catalog, &first.seen).catalog;
  {
    std::ofstream archive(to_.path() / "all.tar.zst", std::ios::binary);
    for (const auto& piece : catalog.pieces) archive << store_.get(piece.digest, piece.size);
  }
  fs::create_directories(to_.path() / "plain");
  sys::SystemRunner runner(nullptr);
  const auto unpacked =
      runner.run({.argv = {"sh", "-c", "zstd -dc all.tar.zst | tar --xattrs --xattrs-include='*' -xpf - -C plain"},
                  .directory = to_.path()});
  if (unpacked.err.find("zstd: not found") != std::string::npos) GTEST_SKIP() << "zstd is not installed";
  ASSERT_TRUE(unpacked.ok()) << unpacked.err;
  auto expected = testing::describe(from_.path());
  auto plain = testing::describe(to_.path() / "plain");
  // A directory that got a file later has its time from the first save.
  expected.erase("tree");
  plain.erase("tree");
  EXPECT_EQ(plain, expected);
}

TEST_F(Snapshot, NothingIsWrittenThroughALinkThatStandsThere) {
  write("dir/a", "secret");
  const auto catalog = save().catalog;
  const sys::TemporaryDirectory outside;
  fs::create_directories(to_.path() / "to/tree");
  fs::create_directory_symlink(outside.path(), to_.path() / "to/tree/dir");
  restore(catalog);
  EXPECT_TRUE(fs::is_empty(outside.path()));
  EXPECT_FALSE(fs::is_symlink(to_.path() / "to/tree/dir"));
  fs::remove_all(to_.path() / "to");
  fs::create_directories(to_.path() / "to/tree/dir");
  std::ofstream(outside.path() / "mine") << "mine";
  fs::create_symlink(outside.path() / "mine", to_.path() / "to/tree/dir/a");
  restore(catalog);
  EXPECT_EQ(sys::read_file(outside.path() / "mine", 100), "mine");
  EXPECT_EQ(sys::read_file(to_.path() / "to/tree/dir/a", 100), "secret");
}

TEST_F(Snapshot, ASaveThatFailsLeavesTheLastOneWhole) {
  write("a", "first");
  const auto first = save();
  const auto before = testing::describe(from_.path());
  write("b", "second");
  store_.full = true;
  EXPECT_THROW(save(&first.catalog, &first.seen), Error);
  EXPECT_EQ(came_back(first.catalog), before);
}

}  // namespace
}  // namespace polyarch::cache
