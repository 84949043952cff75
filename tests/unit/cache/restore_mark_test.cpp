#include "cache/restore_mark.hpp"

#include <gmock/gmock.h>
#include <optional>

#include "cache/snapshot_restore.hpp"
#include "cache/snapshot_save.hpp"
#include "unit/cache/trees.hpp"

namespace polyarch::cache {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

// Gives some blobs; then the user presses Ctrl-C.
class InterruptedStore final : public BlobStore {
 public:
  InterruptedStore(BlobStore& store, sys::Cancel& cancel, int blobs) : store_(store), cancel_(cancel), left_(blobs) {}
  bool put(const Digest& digest, std::string_view bytes) override { return store_.put(digest, bytes); }
  std::string get(const Digest& digest, std::uint64_t size) override {
    if (left_-- <= 1) cancel_.request();
    return store_.get(digest, size);
  }

 private:
  BlobStore& store_;
  sys::Cancel& cancel_;
  int left_;
};

class Mark : public ::testing::Test {
 protected:
  Mark() {
    std::mt19937_64 random(4);
    testing::grow(from_.path() / "tree", random, 40);
    std::ofstream(from_.path() / "tree/large", std::ios::binary) << testing::random_bytes(random, 9U << 20);
    catalog_ = save(from_.path()).catalog;
  }
  SaveResult save(const fs::path& root) { return save_tree(root, scan(root, {"tree"}, cancel_), store_, {}); }
  const fs::path& to() const { return to_.path(); }
  void interrupt_restore() {
    sys::Cancel cancel;
    InterruptedStore store(store_, cancel, 2);
    EXPECT_THROW(restore_tree(catalog_, store, to(), {.threads = 1, .cancel = &cancel}), Error);
  }

  sys::TemporaryDirectory from_, to_;
  sys::Cancel cancel_;
  testing::MemoryStore store_;
  Catalog catalog_;
};

// Killed before its first file: that nothing is there has a reason, which the user is told.
TEST_F(Mark, ExplainsATreeWithoutFiles) {
  fs::create_directories(to() / "tree/empty");
  std::ofstream(mark_of_restore(to())).close();
  try {
    save(to());
    FAIL() << "directories without files were saved";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("was killed"));
  }
}

TEST_F(Mark, HalfATreeIsNotSavedUntilARestoreHasEnded) {
  interrupt_restore();
  EXPECT_TRUE(left_unfinished(to()));
  try {
    save(to());
    FAIL() << "half a tree was saved";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.hint(), HasSubstr(mark_of_restore(to()).string()));
  }
  restore_tree(catalog_, store_, to());
  EXPECT_FALSE(left_unfinished(to()));
  EXPECT_EQ(testing::describe(to()), testing::describe(from_.path())) << "nor does a mark or a part stay";
  EXPECT_EQ(save(to()).catalog.entries.size(), catalog_.entries.size());
}

TEST_F(Mark, HalfATreeIsSavedWhenTheUserSaysSo) {
  interrupt_restore();
  fs::remove(mark_of_restore(to()));
  EXPECT_NO_THROW(save(to()));
}

// Else it could never be replaced.
TEST_F(Mark, ABrokenSnapshotLeavesNone) {
  store_.blobs.erase(catalog_.pieces.back().digest.str());
  EXPECT_THROW(restore_tree(catalog_, store_, to()), Error);
  EXPECT_FALSE(left_unfinished(to()));
  EXPECT_NO_THROW(save(to()));
}

TEST_F(Mark, PartsThatAKilledRestoreLeftGoUnlessAnotherIsAtWork) {
  fs::create_directories(to() / "tree");
  const auto root_part = to() / ".polyarch-part-7";
  const auto part = to() / "tree/.polyarch-part-999999";
  const auto note = to() / "tree/.polyarch-part-of-mine";
  for (const auto& path : {root_part, part, note}) std::ofstream(path) << "half";
  std::optional<RestoreMark> other(to());
  other->share();
  EXPECT_FALSE(left_unfinished(to())) << "it is at work";
  restore_tree(catalog_, store_, to());
  EXPECT_TRUE(fs::exists(part) && fs::exists(root_part)) << "they may be the other's";
  other.reset();
  EXPECT_TRUE(left_unfinished(to())) << "as if the other had been killed";
  restore_tree(catalog_, store_, to());
  EXPECT_FALSE(fs::exists(part) || fs::exists(root_part));
  EXPECT_TRUE(fs::exists(note)) << "no restore gives such a name";
}

}  // namespace
}  // namespace polyarch::cache
