#include <atomic>
#include <cstdlib>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <random>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/json.hpp"
#include "connection.hpp"
#include "oci/descriptor.hpp"
#include "server/api.hpp"

// A registry that is killed while clients push, and the directory that it leaves.
namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

// Pushes images of a config and a layer, each to the tags of its client, until the connection ends; counts them.
void push_until_the_end(int port, int client, std::atomic<int>& pushed) try {
  Connection connection(port);
  const auto push = [&connection](const std::string& bytes) {
    const auto digest = Digest::sha256(bytes).str();
    connection.request("POST /v2/r/blobs/uploads/?digest=" + digest, "", bytes);
    return Json{{"mediaType", "a/b"}, {"digest", digest}, {"size", bytes.size()}};
  };
  for (int round = 0;; ++round) {
    const auto own = std::to_string(::getpid()) + "/" + std::to_string(port) + "/" + std::to_string(client) + "/" +
                     std::to_string(round);
    const Json manifest{{"schemaVersion", 2},
                        {"config", push(own)},
                        {"layers", {push(own + std::string(100'000, 'x')), push("shared by all")}}};
    const auto type = "Content-Type: " + std::string(oci::media_type::oci_manifest) + "\r\n";
    const auto put =
        fmt::format("PUT /v2/r/manifests/{}?tag=v{}&tag=w{}", Digest::sha256(manifest.dump()).str(), client, client);
    if (connection.request(put, type, manifest.dump()).status == 201) ++pushed;
  }
} catch (const std::exception&) {
  // the kill
}

[[noreturn]] void serve_child(const fs::path& root, int tell) {
  Registry registry({.directory = root});
  const int port = registry.port();
  if (::write(tell, &port, sizeof port) == sizeof port) registry.serve();
  ::_exit(0);
}

// Serves in another process, which is killed after `life`; `pushed_first`: which begins after the first push.
void serve_and_kill(const fs::path& root, std::chrono::microseconds life, bool pushed_first) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto child = ::fork();
  if (child == 0) serve_child(root, ends[1]);
  int port = 0;
  ASSERT_EQ(::read(ends[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  std::vector<std::thread> clients;
  std::atomic<int> pushed = 0;
  for (int client = 0; client < 3; ++client) clients.emplace_back(push_until_the_end, port, client, std::ref(pushed));
  for (int i = 0; pushed_first && pushed == 0 && i < 2000; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(life);
  ::kill(child, SIGKILL);
  for (auto& client : clients) client.join();
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

std::string content_of(const fs::path& root, const Json& descriptor) {
  return sys::read_file(Paths(root).content(Digest::parse(descriptor.at("digest").get<std::string>())), 1U << 20);
}

// Returns how many tags there are; each must lead to a whole image.
std::size_t expect_whole(const fs::path& root) {
  const auto name = *RepositoryName::parse("r");
  const Store store(root, 1U << 20);
  const auto tags = store.tags(name);
  for (const auto& tag : tags) {
    const auto digest = store.resolve(name, *Tag::parse(tag));
    const auto manifest = digest ? store.manifest(name, *digest) : std::nullopt;
    if (!manifest) {
      ADD_FAILURE() << tag << " leads to nothing";
      continue;
    }
    EXPECT_EQ(Digest::sha256(manifest->bytes), *digest);
    const auto image = Json::parse(manifest->bytes);
    EXPECT_EQ(Digest::sha256(content_of(root, image.at("config"))).str(), image.at("config").at("digest"));
    for (const auto& layer : image.at("layers")) {
      EXPECT_EQ(Digest::sha256(content_of(root, layer)).str(), layer.at("digest"));
    }
  }
  EXPECT_TRUE(fs::is_empty(Paths(root).drafts()));
  EXPECT_TRUE(fs::is_empty(Paths(root).staged()));
  return tags.size();
}

TEST(Killed, LeavesEveryTagOnAWholeImage) {
  const sys::TemporaryDirectory directory;
  const auto root = directory.path() / "store";
  std::mt19937 random(20);
  const int rounds = std::getenv("POLYARCH_LONG_TESTS") != nullptr ? 200 : 20;
  for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
    serve_and_kill(root, std::chrono::microseconds(random() % 60'000), round == 0);
    EXPECT_GE(expect_whole(root), 1U) << "round " << round;
  }
}

}  // namespace
}  // namespace polyarch::server
