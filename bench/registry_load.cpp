// Load for a registry, by plain sockets, so that the registry is the bottleneck: request bodies come from one buffer,
// answers are thrown away in the kernel. Prints one figure. bench/registry.sh builds and calls it:
//
//   registry_load manifests PORT CONNECTIONS SECONDS         manifest GETs a second, by tag
//   registry_load push PORT CONNECTIONS BLOBS BYTES SEED     MB/s; POST and PUT for each blob
//   registry_load pull PORT CONNECTIONS BLOBS BYTES SEED     MB/s, of what was pushed with that seed
#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <netinet/tcp.h>
#include <openssl/sha.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/uio.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

const std::string config = "{}";
const std::string manifest_type = "application/vnd.oci.image.manifest.v1+json";

std::string hex_digest(const unsigned char* sum) {
  std::string text = "sha256:";
  char digits[3];
  for (int i = 0; i < SHA256_DIGEST_LENGTH; ++i) {
    std::snprintf(digits, sizeof digits, "%02x", sum[i]);
    text += digits;
  }
  return text;
}

// A blob is a head of its own and a tail that all share.
struct Blob {
  std::string head;
  std::string_view tail;
  std::string digest;

  Blob(std::string own, std::string_view shared) : head(std::move(own)), tail(shared) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, head.data(), head.size());
    SHA256_Update(&context, tail.data(), tail.size());
    unsigned char sum[SHA256_DIGEST_LENGTH];
    SHA256_Final(sum, &context);
    digest = hex_digest(sum);
  }
  std::size_t size() const { return head.size() + tail.size(); }
};

struct Reply {
  int status = 0;
  std::size_t length = 0;
  std::string location;
};

class Connection {
 public:
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("nobody listens");
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket_); }

  Reply ask(const std::string& line, const std::string& headers = "", std::string_view head = {},
            std::string_view tail = {}) {
    auto request = line + " HTTP/1.1\r\nHost: localhost\r\n" + headers;
    if (!line.starts_with("GET")) request += "Content-Length: " + std::to_string(head.size() + tail.size()) + "\r\n";
    request += "\r\n";
    request += head;
    send(request);
    send(tail);
    return reply();
  }

 private:
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("the registry hung up");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  Reply reply() {
    char buffer[16 << 10];
    std::string text;
    std::size_t end = 0;
    while ((end = text.find("\r\n\r\n")) == text.npos) {
      const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) throw std::runtime_error("the registry hung up");
      text.append(buffer, static_cast<std::size_t>(got));
    }
    Reply reply;
    reply.status = std::stoi(text.substr(9, 3));
    if (const auto length = field(text, end, "content-length:"); !length.empty()) reply.length = std::stoull(length);
    reply.location = field(text, end, "location:");
    discard(reply.length - std::min(reply.length, text.size() - end - 4));
    return reply;
  }

  static std::string field(const std::string& text, std::size_t end, const char* name) {
    for (auto line = text.find('\n'); line < end; line = text.find('\n', line + 1)) {
      if (::strncasecmp(text.c_str() + line + 1, name, std::strlen(name)) != 0) continue;
      const auto begin = text.find_first_not_of(' ', line + 1 + std::strlen(name));
      return text.substr(begin, text.find('\r', begin) - begin);
    }
    return "";
  }

  void discard(std::size_t bytes) {
    while (bytes > 0) {  // tcp(7), MSG_TRUNC: dropped, not copied
      const auto got = ::recv(socket_, nullptr, std::min<std::size_t>(bytes, 1U << 20), MSG_TRUNC);
      if (got <= 0) throw std::runtime_error("the registry hung up");
      bytes -= static_cast<std::size_t>(got);
    }
  }

  int socket_;
};

void expect(const Reply& reply, int status, const char* what) {
  if (reply.status == status) return;
  throw std::runtime_error(std::string(what) + ": status " + std::to_string(reply.status));
}

void push(Connection& connection, const Blob& blob) {
  auto location = connection.ask("POST /v2/bench/blobs/uploads/").location;
  if (const auto host = location.find("://"); host != location.npos) location.erase(0, location.find('/', host + 3));
  location += (location.find('?') == location.npos ? "?digest=" : "&digest=") + blob.digest;
  expect(connection.ask("PUT " + location, "Content-Type: application/octet-stream\r\n", blob.head, blob.tail), 201,
         "push");
}

void pull(Connection& connection, const Blob& blob) {
  const auto reply = connection.ask("GET /v2/bench/blobs/" + blob.digest);
  expect(reply, 200, "pull");
  if (reply.length != blob.size()) throw std::runtime_error("pull: another size");
}

void push_manifest(int port) {
  Connection connection(port);
  const Blob blob(config, {});
  push(connection, blob);
  const auto descriptor = [&](const std::string& type) {
    return R"({"mediaType":"application/vnd.oci.image.)" + type + R"(","digest":")" + blob.digest + R"(","size":2})";
  };
  auto manifest =
      R"({"schemaVersion":2,"mediaType":")" + manifest_type + R"(","config":)" + descriptor("config.v1+json");
  manifest += R"(,"layers":[)";
  for (int i = 0; i < 8; ++i) manifest += (i > 0 ? "," : "") + descriptor("layer.v1.tar+gzip");
  manifest += "]}";
  expect(connection.ask("PUT /v2/bench/manifests/v1", "Content-Type: " + manifest_type + "\r\n", manifest), 201,
         "manifest");
}

// Seconds that `work` takes on all connections together.
double run(int port, int connections, const std::function<void(Connection&)>& work) {
  std::vector<std::thread> threads;
  const auto begin = Clock::now();
  for (int i = 0; i < connections; ++i) {
    threads.emplace_back([&] {
      Connection connection(port);
      work(connection);
    });
  }
  for (auto& thread : threads) thread.join();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double manifests(int port, int connections, int seconds) {
  push_manifest(port);
  std::atomic<long> count = 0;
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  const auto took = run(port, connections, [&](Connection& connection) {
    for (; Clock::now() < end; ++count) {
      expect(connection.ask("GET /v2/bench/manifests/v1", "Accept: " + manifest_type + "\r\n"), 200, "manifest");
    }
  });
  return static_cast<double>(count) / took;
}

double blobs(const std::string& mode, char** rest) {
  const auto count = std::stoul(rest[2]);
  const std::string tail(std::stoul(rest[3]), 'x');
  std::vector<Blob> all;
  for (std::size_t i = 0; i < count; ++i) all.emplace_back(std::string(rest[4]) + "/" + std::to_string(i), tail);
  std::atomic<std::size_t> next = 0;
  const auto took = run(std::stoi(rest[0]), std::stoi(rest[1]), [&](Connection& connection) {
    for (auto i = next++; i < count; i = next++) mode == "push" ? push(connection, all[i]) : pull(connection, all[i]);
  });
  return static_cast<double>(count * tail.size()) / 1e6 / took;
}

}  // namespace

int main(int count, char** words) {
  const std::string mode = count > 1 ? words[1] : "";
  if (mode == "manifests" && count == 5) {
    std::printf("%.0f\n", manifests(std::stoi(words[2]), std::stoi(words[3]), std::stoi(words[4])));
  } else if ((mode == "push" || mode == "pull") && count == 7) {
    std::printf("%.0f\n", blobs(mode, words + 2));
  } else {
    std::fputs("usage: see the head of bench/registry_load.cpp\n", stderr);
    return 2;
  }
}
