// Directories kept in a registry, by the engine as users run it.
#include <gmock/gmock.h>

#include "e2e/cache_command.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;
using cache::testing::describe;
using cache::testing::grow;
using cache::testing::random_bytes;

TEST_F(CacheCommand, SavesAndRestoresATree) {
  grow(from() / "tree", random_, 300);
  const auto before = describe(from());
  const auto first = save("k");
  EXPECT_GT(first.at("sent_bytes"), 0);
  const auto result = restore("k", to());
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_EQ(describe(to()), before);
  const auto again = save("k");
  EXPECT_EQ(again.at("read_bytes"), 0);
  EXPECT_EQ(again.at("unchanged"), true);
  EXPECT_EQ(again.at("digest"), first.at("digest"));
  EXPECT_EQ(save("k", "another machine").at("digest"), first.at("digest"));
}

TEST_F(CacheCommand, WhatWasRestoredIsNotReadWhenItIsSaved) {
  grow(from() / "tree", random_, 100);
  save("k");
  ASSERT_EQ(restore("k", to()).status, 0);
  std::ofstream(to() / "tree/new") << "new";
  const auto result = engine({"cache", "save", "--ref", ref("k2"), "--fallback", ref("k"), "--directory", to().string(),
                              "--format", "json", "tree"},
                             home("there"));
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_EQ(parse_json(result.out, "result").at("read_bytes"), 3);
  ASSERT_EQ(restore("k2", to("third")).status, 0);
  EXPECT_EQ(describe(to("third")), describe(to()));
}

TEST_F(CacheCommand, WhatWasRestoredAndNotTouchedNeedsNoCatalog) {
  grow(from() / "tree", random_, 100);
  const auto first = save("k");
  ASSERT_EQ(restore("k", to()).status, 0);
  // Catalog and pieces go: only the manifest can still answer.
  constexpr std::string_view zstd_magic = "\x28\xb5\x2f\xfd";
  for (const auto& file : fs::directory_iterator(registry_.directory() / "blobs" / "sha256")) {
    if (sys::read_file(file.path(), 64U << 20).starts_with(zstd_magic)) fs::remove(file.path());
  }
  const auto save_back = [this] {
    const auto result = engine(
        {"cache", "save", "--ref", ref("k"), "--directory", to().string(), "--format", "json", "tree"}, home("there"));
    EXPECT_EQ(result.status, 0) << shown(result);
    return parse_json(result.out, "result");
  };
  const auto untouched = save_back();
  EXPECT_EQ(untouched.at("unchanged"), true);
  EXPECT_EQ(untouched.at("digest"), first.at("digest"));
  std::ofstream(to() / "tree/new") << "new";
  EXPECT_EQ(save_back().at("unchanged"), false);
}

TEST_F(CacheCommand, NothingElseIsSavedOver) {
  grow(from() / "tree", random_, 5);
  const std::string index =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
  const auto pushed = run({"curl", "-sSf", "-X", "PUT", "-H", "Content-Type: application/vnd.oci.image.index.v1+json",
                           "-d", index, "http://" + registry_.address() + "/v2/cache/manifests/latest"});
  ASSERT_EQ(pushed.status, 0) << shown(pushed);
  const auto result = engine(save_arguments("latest"), home("here"));
  EXPECT_EQ(result.status, 2) << shown(result);
  EXPECT_THAT(result.err, HasSubstr("is no snapshot of polyarch"));
  EXPECT_EQ(run({"curl", "-sSf", "http://" + registry_.address() + "/v2/cache/manifests/latest"}).out, index);
}

TEST_F(CacheCommand, TheKeyFollowsTheFilesItNames) {
  fs::create_directories(from() / "tree");
  std::ofstream(from() / "tree/a") << "a";
  std::ofstream(from() / "lock") << "1";
  const auto in_from = [&](const std::string& arguments) {
    return run({"sh", "-c", "cd '" + from().string() + "' && exec '" + engine_path() + "' cache " + arguments},
               home("here"));
  };
  const auto key = "--ref '" + ref("{platform}-{hash:**/lock}") + "'";
  ASSERT_EQ(in_from("save " + key + " tree").status, 0);
  EXPECT_THAT(in_from("restore " + key + " --directory x").out, HasSubstr("restored 1 files"));
  std::ofstream(from() / "lock") << "2";
  const auto miss = in_from("restore " + key + " --directory y");
  EXPECT_EQ(miss.status, 0) << "a miss is no failure";
  EXPECT_THAT(miss.out, HasSubstr("there is no snapshot"));
  EXPECT_NE(in_from("restore " + key + " --required").status, 0);
  EXPECT_EQ(in_from("save --ref '" + ref("{hash:none-*}") + "' tree").status, 2);
  EXPECT_EQ(in_from("save --ref '" + ref("{unknown}") + "' tree").status, 2);
}

TEST_F(CacheCommand, ABrokenSnapshotIsNamedAndGivesWayToTheFallback) {
  grow(from() / "tree", random_, 50);
  const auto before = describe(from());
  save("good");
  std::ofstream(from() / "tree/more", std::ios::binary) << random_bytes(random_, 300'000);
  save("bad");
  // The largest blob is the piece that only the second has.
  fs::path largest;
  for (const auto& each : fs::recursive_directory_iterator(registry_.directory())) {
    if (each.is_regular_file() && (largest.empty() || each.file_size() > fs::file_size(largest))) largest = each.path();
  }
  std::fstream blob(largest, std::ios::in | std::ios::out | std::ios::binary);
  blob.seekp(1000);
  blob << "flip";
  blob.close();
  const auto result = restore("bad", to(), {"--fallback", ref("good")});
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_THAT(result.err, HasSubstr(largest.filename().string())) << "the broken piece is named";
  EXPECT_EQ(describe(to()), before);
  EXPECT_NE(restore("bad", to("required"), {"--required"}).status, 0);
}

TEST_F(CacheCommand, AnyClientAndTarRestoreIt) {
  grow(from() / "tree", random_, 80);
  save("k");
  const auto copied =
      run({"skopeo", "copy", "--src-tls-verify=false", "docker://" + ref("k"), "dir:" + to("blobs").string()});
  if (!copied.ok() && copied.err.find("cannot run") != std::string::npos) GTEST_SKIP() << "skopeo is not installed";
  ASSERT_TRUE(copied.ok()) << shown(copied);
  fs::create_directories(to());
  const auto unpacked = run({"sh", "-c",
                             "cd '" + to("blobs").string() +
                                 "' && cat $(jq -r '.layers[].digest' manifest.json | cut -d: -f2) | zstd -dc | "
                                 "tar --xattrs --xattrs-include='*' -xpf - -C '" +
                                 to().string() + "'"});
  ASSERT_TRUE(unpacked.ok()) << shown(unpacked);
  EXPECT_EQ(describe(to()), describe(from()));
}

TEST_F(CacheCommand, NothingReplacesAGoodSnapshotWithAnEmptyOne) {
  grow(from() / "tree", random_, 20);
  const auto digest = save("k").at("digest");
  fs::remove_all(from() / "tree");
  fs::create_directories(from() / "tree/empty");
  EXPECT_NE(engine(save_arguments("k"), home("here")).status, 0);
  fs::remove_all(from() / "tree");
  EXPECT_NE(engine(save_arguments("k"), home("here")).status, 0);
  ASSERT_EQ(restore("k", to()).status, 0);
  EXPECT_FALSE(fs::is_empty(to() / "tree"));
}

TEST_F(CacheCommand, OfTwoSavesAtOnceOneWinsWhole) {
  const std::string other = (scratch_.path() / "other").string();
  grow(from() / "tree", random_, 60);
  grow(fs::path(other) / "tree", random_, 60);
  const auto mine = describe(from());
  const auto theirs = describe(other);
  std::thread first([&] { save("k"); });
  const auto result =
      engine({"cache", "save", "--ref", ref("k"), "--directory", other, "tree"}, home("another machine"));
  first.join();
  ASSERT_EQ(result.status, 0) << shown(result);
  ASSERT_EQ(restore("k", to()).status, 0);
  const auto won = describe(to());
  EXPECT_TRUE(won == mine || won == theirs);
}

TEST_F(CacheCommand, PruneDeletesOldSnapshotsAndNothingElse) {
  grow(from() / "tree", random_, 10);
  for (const auto& each : fs::recursive_directory_iterator(from())) {
    cache::testing::set_time(each.path(), 1'000'000'000, 0);
  }
  save("old");
  std::ofstream(from() / "tree/new") << "new";
  save("new");
  const auto repository = registry_.address() + "/cache";
  const auto keys = [&] {
    std::set<std::string> out;
    for (const auto& one : parse_json(engine({"cache", "ls", repository, "--format", "json"}).out, "list")) {
      out.insert(one.at("key"));
    }
    return out;
  };
  const auto shown_only = engine({"cache", "prune", "--older-than", "30d", repository});
  EXPECT_EQ(shown_only.status, 0) << shown(shown_only);
  EXPECT_THAT(shown_only.out, HasSubstr("tags: 1 go, 1 stay"));
  EXPECT_EQ(keys(), (std::set<std::string>{"new", "old"})) << "without --yes nothing is deleted";
  EXPECT_EQ(engine({"cache", "prune", "--older-than", "30d", "--yes", repository}).status, 0);
  EXPECT_EQ(keys(), std::set<std::string>{"new"});
  ASSERT_EQ(restore("new", to(), {"--required"}).status, 0) << "shared pieces are still there";
  EXPECT_EQ(describe(to()), describe(from()));
  EXPECT_EQ(engine({"cache", "prune", "--max-size", "1", "--yes", repository}).status, 0);
  EXPECT_EQ(keys(), std::set<std::string>{});
  EXPECT_EQ(engine({"cache", "prune", repository}).status, 2);
}

TEST_F(CacheCommand, ListsAndShowsSnapshots) {
  grow(from() / "tree", random_, 30);
  save("one");
  save("two");
  const auto list = engine({"cache", "ls", registry_.address() + "/cache", "--format", "json"});
  ASSERT_EQ(list.status, 0) << shown(list);
  EXPECT_EQ(parse_json(list.out, "list").size(), 2U);
  const auto shown_one = engine({"cache", "inspect", "--ref", ref("one")});
  EXPECT_EQ(shown_one.status, 0) << shown(shown_one);
  EXPECT_THAT(shown_one.out, HasSubstr(" files  tree"));
  EXPECT_NE(engine({"cache", "inspect", "--ref", ref("none")}).status, 0);
}

}  // namespace
}  // namespace polyarch::e2e
