#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cache/frame.hpp"
#include "cache/snapshots.hpp"

namespace {

using namespace polyarch;

void replace(std::string& text, std::string_view mark, const std::string& with) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size())) {
    text.replace(at, mark.size(), with);
  }
}

// A registry that holds one manifest and one blob.
class OneSnapshot final : public http::Transport {
 public:
  OneSnapshot(std::string manifest, std::string blob) : manifest_(std::move(manifest)), blob_(std::move(blob)) {}

  http::Response send(const http::Request& request) override {
    const bool asks_manifest = request.url.find("/manifests/") != std::string::npos;
    http::Response out{.status = 200};
    if (asks_manifest) out.headers.set("Content-Type", std::string(oci::media_type::oci_manifest));
    const auto& body = asks_manifest ? manifest_ : blob_;
    out.headers.set("Content-Length", std::to_string(body.size()));
    if (request.on_head) request.on_head(200, out.headers);
    request.sink ? request.sink(body) : void(out.body = body);
    return out;
  }

 private:
  std::string manifest_, blob_;
};

class Anonymous final : public registry::CredentialStore {
 public:
  std::optional<registry::Credentials> find(const std::string& /*name*/) override { return std::nullopt; }
};

}  // namespace

// A manifest, NUL, and a catalog: JSON, or a frame. The manifest says DIGEST and SIZE for those of the catalog's frame,
// which nobody guesses. What is loaded agrees in itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(bytes.find('\0'), bytes.size());
  std::string manifest(bytes.substr(0, end));
  std::string frame(bytes.substr(std::min(end + 1, bytes.size())));
  if (frame.starts_with('{')) frame = cache::compress_frame(frame, 1);
  replace(manifest, "DIGEST", Digest::sha256(frame).str());
  replace(manifest, "SIZE", std::to_string(frame.size()));
  OneSnapshot transport(manifest, frame);
  Anonymous anonymous;
  registry::Client client(transport, anonymous, {.resume = {.attempts = 1}});
  try {
    const auto loaded = cache::load_snapshot(client, oci::Reference::parse("r.example/cache:key"));
    const auto layers = oci::Manifest::parse(manifest, "output").layers;
    if (!loaded || loaded->manifest.digest != Digest::sha256(manifest)) __builtin_trap();
    if (layers.size() != loaded->catalog.pieces.size()) __builtin_trap();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      sum += layers[i].size;
      if (layers[i].digest != loaded->catalog.pieces[i].digest) __builtin_trap();
    }
    if (loaded->size > sum) __builtin_trap();
  } catch (const Error& error) {
    if (error.message().starts_with("output")) __builtin_trap();
  }
  return 0;
}
