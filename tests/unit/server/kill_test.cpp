#include <atomic>
#include <fstream>
#include <gtest/gtest.h>
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

// Pushes images to tag v1 until the connection ends, and counts them.
void push_until_the_end(int port, int client, std::atomic<int>& pushed) try {
  Connection connection(port);
  for (int round = 0;; ++round) {
    const auto config = std::to_string(client) + "/" + std::to_string(round);
    const auto digest = Digest::sha256(config).str();
    connection.request("POST /v2/r/blobs/uploads/?digest=" + digest, "", config);
    const Json manifest{{"schemaVersion", 2},
                        {"config", {{"mediaType", "a/b"}, {"digest", digest}, {"size", config.size()}}},
                        {"layers", Json::array()}};
    const auto type = "Content-Type: " + std::string(oci::media_type::oci_manifest) + "\r\n";
    if (connection.request("PUT /v2/r/manifests/v1", type, manifest.dump()).status == 201) ++pushed;
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

// Serves in another process, which is killed `life` after the first image is pushed.
void serve_and_kill(const fs::path& root, std::chrono::milliseconds life) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto child = ::fork();
  if (child == 0) serve_child(root, ends[1]);
  int port = 0;
  ASSERT_EQ(::read(ends[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  std::vector<std::thread> clients;
  std::atomic<int> pushed = 0;
  for (int client = 0; client < 3; ++client) clients.emplace_back(push_until_the_end, port, client, std::ref(pushed));
  for (int i = 0; pushed == 0 && i < 2000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(life);
  ::kill(child, SIGKILL);
  for (auto& client : clients) client.join();
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Killed, LeavesEveryTagOnAWholeImage) {
  const sys::TemporaryDirectory directory;
  const auto root = directory.path() / "store";
  const auto name = *RepositoryName::parse("r");
  for (const int life : {3, 10, 25, 60}) {
    serve_and_kill(root, std::chrono::milliseconds(life));
    Store store(root, 1U << 20);
    const auto digest = store.resolve(name, *Tag::parse("v1"));
    ASSERT_TRUE(digest);
    const auto manifest = store.manifest(name, *digest);
    ASSERT_TRUE(manifest);
    EXPECT_EQ(Digest::sha256(manifest->bytes), *digest);
    const auto config = Digest::parse(Json::parse(manifest->bytes).at("config").at("digest").get<std::string>());
    EXPECT_EQ(Digest::sha256(sys::read_file(Paths(root).content(config), 1000)), config);
    EXPECT_TRUE(fs::is_empty(Paths(root).drafts()));
  }
}

}  // namespace
}  // namespace polyarch::server
