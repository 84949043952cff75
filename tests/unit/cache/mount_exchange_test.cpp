#include "cache/mount_exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "cache/directory_store.hpp"
#include "cache/restore_mark.hpp"
#include "unit/cache/trees.hpp"

namespace polyarch::cache {
namespace {

using testing::describe;
using testing::grow;
using State = MountResult::State;
namespace fs = std::filesystem;

// A builder with two mounts, and what goes in and comes out.
class MountExchange : public ::testing::Test {
 protected:
  MountExchange() {
    fs::create_directories(mounts() / "0");
    fs::create_directories(mounts() / "1");
  }
  fs::path mounts() const { return scratch_.path() / "mounts"; }
  MountParcel parcel(const std::string& name) const { return MountParcel(scratch_.path() / name); }
  void work(MountWork what, const MountParcel& in, const MountParcel& out) {
    fs::create_directories(in.blobs());
    work_on_mounts(what, mounts(), in, out, 2, cancel_);
  }
  // What a new builder is given: the pieces of `from` and its catalogs.
  MountParcel given(const std::string& name, const MountParcel& from) {
    const auto in = parcel(name);
    fs::create_directories(in.blobs().parent_path());
    fs::copy(from.blobs(), in.blobs());
    in.put_catalog(0, *from.catalog(0));
    return in;
  }

  sys::TemporaryDirectory scratch_;
  sys::Cancel cancel_;
  std::mt19937_64 random_{7};
};

TEST_F(MountExchange, ASavedMountComesBackOnABuilderThatIsEmpty) {
  grow(mounts() / "0", random_, 60);
  const auto before = describe(mounts() / "0");
  const auto out = parcel("saved");
  work(MountWork::save, parcel("nothing"), out);
  EXPECT_EQ(out.result(0).state, State::saved);
  EXPECT_GT(out.result(0).written_bytes, 0U);
  EXPECT_EQ(out.result(1).state, State::empty) << "a mount without files makes no snapshot";
  EXPECT_FALSE(out.catalog(1).has_value());

  const auto in = given("in", out);
  fs::remove_all(mounts() / "0");
  fs::create_directories(mounts() / "0");
  const auto back = parcel("back");
  work(MountWork::restore, in, back);
  EXPECT_EQ(back.result(0).state, State::restored) << back.result(0).error;
  EXPECT_EQ(describe(mounts() / "0"), before);

  // What nobody touched is neither read nor written again.
  in.put_seen(0, back.seen(0));
  const auto again = parcel("again");
  work(MountWork::save, in, again);
  EXPECT_EQ(again.result(0).read_bytes, 0U);
  EXPECT_EQ(again.result(0).written_bytes, 0U);
  EXPECT_EQ(again.catalog(0), in.catalog(0));
}

TEST_F(MountExchange, AMountThatHoldsFilesStaysAsItIs) {
  grow(mounts() / "0", random_, 10);
  const auto out = parcel("saved");
  work(MountWork::save, parcel("nothing"), out);
  std::ofstream(mounts() / "0" / "newer") << "newer";
  const auto now = describe(mounts() / "0");
  work(MountWork::look, parcel("nothing"), parcel("seen"));
  EXPECT_EQ(parcel("seen").result(0).state, State::occupied);
  EXPECT_EQ(parcel("seen").result(1).state, State::empty);
  const auto back = parcel("back");
  work(MountWork::restore, given("in", out), back);
  EXPECT_EQ(back.result(0).state, State::occupied);
  EXPECT_EQ(describe(mounts() / "0"), now);
}

TEST_F(MountExchange, WhatCannotBeRestoredWholeIsNotThere) {
  grow(mounts() / "0", random_, 40);
  std::ofstream(mounts() / "0/large", std::ios::binary) << testing::random_bytes(random_, 20'000'000);
  const auto out = parcel("saved");
  work(MountWork::save, parcel("nothing"), out);
  const auto in = given("in", out);
  fs::remove(DirectoryStore(in.blobs()).path(in.catalog(0)->pieces.back().digest));
  fs::remove_all(mounts() / "0");
  fs::create_directories(mounts() / "0");
  const auto back = parcel("back");
  work(MountWork::restore, in, back);
  EXPECT_EQ(back.result(0).state, State::failed);
  EXPECT_FALSE(back.result(0).error.empty());
  EXPECT_TRUE(fs::is_empty(mounts() / "0"));
  EXPECT_EQ(back.result(1).state, State::empty) << "one that fails does not stop the others";
}

TEST_F(MountExchange, AMountThatARestoreWasKilledInIsEmptiedUnlessItIsAtWork) {
  grow(mounts() / "0", random_, 20);
  const auto before = describe(mounts() / "0");
  const auto out = parcel("saved");
  work(MountWork::save, parcel("nothing"), out);
  fs::remove_all(fs::directory_iterator(mounts() / "0")->path());
  std::optional<RestoreMark> at_work(mounts() / "0");
  work(MountWork::look, parcel("nothing"), parcel("first"));
  EXPECT_EQ(parcel("first").result(0).state, State::occupied);
  at_work.reset();
  work(MountWork::look, parcel("nothing"), parcel("second"));
  EXPECT_EQ(parcel("second").result(0).state, State::empty);
  work(MountWork::restore, given("in", out), parcel("back"));
  EXPECT_EQ(parcel("back").result(0).state, State::restored);
  EXPECT_EQ(describe(mounts() / "0"), before);
}

TEST(MountResult, ReadsOnlyWhatItWrites) {
  const MountResult result{State::saved, "", 1, 2, 3, 4, 5};
  EXPECT_EQ(MountResult::from_json(result.to_json()).to_json(), result.to_json());
  for (const auto* text : {R"({"state":"odd"})", R"({})", R"({"state":"saved","files":-1})", R"({"state":1})"}) {
    EXPECT_THROW(MountResult::from_json(Json::parse(text)), Error) << text;
  }
}

}  // namespace
}  // namespace polyarch::cache
