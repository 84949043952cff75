// Saves and restores that are killed at random moments.
#include <gmock/gmock.h>

#include "cache/restore_mark.hpp"
#include "e2e/cache_command.hpp"

namespace polyarch::e2e {
namespace {

using cache::testing::describe;
using cache::testing::grow;
using cache::testing::random_bytes;
using std::chrono::microseconds;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using Tree = std::map<std::string, std::string>;  // as described

int rounds_of_kills(int few) {
  return variable("POLYARCH_LONG_TESTS").empty() ? few : 100;
}

microseconds time_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
}

TEST_F(CacheCommand, ASaveThatIsKilledLeavesTheLastSnapshotWhole) {
  grow(from() / "tree", random_, 150);
  auto took = time_of([this] { save("k"); });
  std::set<Tree> states{describe(from())};
  const int rounds = rounds_of_kills(8);
  int kills = 0;
  for (int round = 0; kills < rounds && round < 4 * rounds; ++round) {
    std::ofstream(from() / "tree" / ("round" + std::to_string(round)), std::ios::binary)
        << random_bytes(random_, 100'000);
    states.insert(describe(from()));
    const auto delay = microseconds(random_() % static_cast<std::uint64_t>(took.count()));
    const bool killed = kill_engine(save_arguments("k"), home("here"), delay);
    kills += killed ? 1 : 0;
    if (!killed) took = std::max(took * 3 / 4, microseconds(1000));  // later saves have less to do
    const auto target = to("killed" + std::to_string(round));
    const auto result = restore("k", target, {"--required"});
    ASSERT_EQ(result.status, 0) << "round " << round << "\n" << shown(result);
    EXPECT_TRUE(states.contains(describe(target))) << "round " << round << ": a state that never was";
    fs::remove_all(target);
  }
  EXPECT_EQ(kills, rounds) << "most saves had ended before they were killed";
  save("k");
  ASSERT_EQ(restore("k", to()).status, 0);
  EXPECT_EQ(describe(to()), describe(from()));
}

// A tree at two times, each saved; what a restore of the second over the first leaves when it is killed.
class KilledRestore : public CacheCommand {
 protected:
  KilledRestore() {
    grow(from() / "tree", random_, 150);
    put_large();
    save("old");
    old_ = describe(from());
    for (const auto& [path, text] : old_) {
      const auto full = from() / path;
      if (fs::is_regular_file(fs::symlink_status(full)) && random_() % 3 == 0) fs::remove(full), put(full, 20'000);
    }
    put_large();
    grow(from() / "tree/more", random_, 60);
    save("k");
    now_ = describe(from());
  }
  void put(const fs::path& path, std::size_t size) {
    std::ofstream(path, std::ios::binary) << random_bytes(random_, size);
  }
  // Several pieces, in the root of the tree and deeper.
  void put_large() {
    fs::create_directories(from() / "tree/deep/er");
    for (const char* name : {"tree/large", "tree/deep/er/large"}) put(from() / name, 12U << 20);
  }
  std::vector<std::string> restore_arguments() const {
    return {"cache", "restore", "--ref", ref("k"), "--required", "--directory", to().string()};
  }
  sys::ProcessResult save_target(const std::string& key) const {
    return engine({"cache", "save", "--ref", ref(key), "--fallback", ref("k"), "--directory", to().string(), "tree"},
                  home("there"));
  }

  // What stands there, without parts and marks.
  Tree target() const {
    Tree out;
    if (fs::exists(to())) out = describe(to());
    std::erase_if(out, [](const auto& each) { return each.first.find(cache::part_prefix) != std::string::npos; });
    return out;
  }
  // The digest of a file; empty: it is something else.
  static std::string content(const std::string& described) {
    const auto at = described.find("sha256:");
    return at == std::string::npos ? "" : described.substr(at, described.find(' ', at) - at);
  }
  void expect_no_file_half_written() const {
    for (const auto& [path, described] : target()) {
      ASSERT_TRUE(now_.contains(path)) << path;
      const auto before = old_.find(path);
      EXPECT_THAT(content(described),
                  AnyOf(Eq(content(now_.at(path))), Eq(before == old_.end() ? "nothing" : content(before->second))))
          << path;
    }
  }
  // Only a whole tree is saved, unless the user insists; and then what stands there, nothing else.
  void expect_no_half_tree_saved(int round) const {
    const auto stands = target();
    const auto key = "after" + std::to_string(round);
    const auto saved = save_target(key);
    if (saved.status == 0) {
      EXPECT_TRUE(stands == old_ || stands == now_) << shown(saved);
    } else if (!stands.empty()) {
      EXPECT_THAT(saved.err, HasSubstr("was killed"));
      fs::remove(cache::mark_of_restore(to()));
      const auto forced = save_target(key);
      // The kill came before the first file.
      if (forced.err.find("nothing to save") != std::string::npos) return;
      ASSERT_EQ(forced.status, 0) << shown(forced);
    } else {
      return;
    }
    ASSERT_EQ(restore(key, to("saved"), {"--required"}).status, 0);
    EXPECT_EQ(describe(to("saved")), stands);
    fs::remove_all(to("saved"));
  }

  Tree old_, now_;
};

TEST_F(KilledRestore, LeavesNoFileHalfWrittenAndNoHalfTreeIsSaved) {
  auto took = time_of([this] { ASSERT_EQ(engine(restore_arguments(), home("there")).status, 0); });
  const int rounds = rounds_of_kills(20);
  int kills = 0;
  int refused = 0;
  for (int round = 0; kills < rounds && round < 4 * rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    fs::remove_all(to());
    if (round % 3 != 0) {
      ASSERT_EQ(restore("old", to(), {"--required"}).status, 0);
    }
    const auto delay = microseconds(random_() % static_cast<std::uint64_t>(took.count()));
    kills += kill_engine(restore_arguments(), home("there"), delay) ? 1 : 0;
    refused += cache::left_unfinished(to()) ? 1 : 0;
    expect_no_file_half_written();
    expect_no_half_tree_saved(round);
    const auto again = engine(restore_arguments(), home("there"));
    ASSERT_EQ(again.status, 0) << shown(again);
    EXPECT_EQ(describe(to()), now_) << "parts and marks are gone, too";
  }
  EXPECT_EQ(kills, rounds) << "most restores had ended before they were killed";
  EXPECT_GT(refused, 0) << "no kill hit a restore at work";
  ASSERT_EQ(restore("k", to("good"), {"--required"}).status, 0);
  EXPECT_EQ(describe(to("good")), now_);
}

}  // namespace
}  // namespace polyarch::e2e
