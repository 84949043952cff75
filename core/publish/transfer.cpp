#include "publish/transfer.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "publish/graph.hpp"
#include "sys/parallel.hpp"

namespace polyarch::publish {
namespace {

// An upload waits for its download, and both take a place among the requests that may go to one host at a time (16):
// with the two transfers that publish makes side by side, no upload may keep the last place from its download.
constexpr std::size_t parallel_blobs = 4;
constexpr std::size_t parallel_manifests = 16;

// Layers of old Windows images, which stand at Microsoft and which registries need not have.
bool is_distributable(const oci::Descriptor& blob) {
  return blob.media_type.find(".nondistributable.") == std::string::npos &&
         blob.media_type.find(".foreign.") == std::string::npos;
}

class Transfer {
 public:
  Transfer(registry::Client& client, Source& source, const oci::Repository& to, const TransferOptions& options)
      : client_(client), source_(source), to_(to), options_(options) {
    const auto from = source.repository();
    if (from && from->registry == to.registry) mount_from_ = from;
  }

  void run(std::vector<oci::Descriptor> roots) {
    while (!roots.empty()) {
      const auto nodes = read_graph(reader(), roots, known_);
      send_blobs(nodes);
      for (const auto& group : by_height(nodes)) send_manifests(group);
      roots = options_.referrers ? referrers(nodes) : std::vector<oci::Descriptor>{};
    }
  }

 private:
  GraphReader reader() {
    return {.manifest = [this](const oci::Descriptor& node) { return source_.manifest(node); },
            .done =
                [this](const oci::Descriptor& node) {
                  return client_.head_manifest({to_, std::nullopt, node.digest}).has_value();
                },
            .below_done = options_.referrers};
  }

  void send_blobs(const std::vector<Node>& nodes) {
    std::map<Digest, const oci::Descriptor*> blobs;
    for (const auto& node : nodes) {
      if (node.done) continue;
      for (const auto& blob : node.blobs)
        if (is_distributable(blob)) blobs.emplace(blob.digest, &blob);
    }
    std::vector<const oci::Descriptor*> order;
    for (const auto& [digest, blob] : blobs) order.push_back(blob);
    std::ranges::stable_sort(order, std::ranges::greater{}, [](const auto* blob) { return blob->size; });
    std::vector<std::function<void()>> sends;
    for (const auto* blob : order) {
      note(&Traffic::blobs, 1), note(&Traffic::bytes, blob->size);
      sends.emplace_back([this, blob] { send_blob(*blob); });
    }
    sys::run_parallel(sends, parallel_blobs);
  }

  void send_blob(const oci::Descriptor& blob) {
    std::uint64_t counted = 0;
    auto body = source_.blob(blob);
    const auto read = std::move(body.read);
    body.read = [&](std::uint64_t offset, char* buffer, std::size_t capacity) {
      const auto size = read(offset, buffer, capacity);
      const auto fresh = offset + size - std::min(offset + size, counted);  // not those sent again after a break
      counted += fresh;
      note(&Traffic::bytes_sent, fresh), note(&Traffic::bytes_done, fresh);
      return size;
    };
    client_.push_blob(to_, blob.digest, body, mount_from_);
    note(&Traffic::blobs_done, 1), note(&Traffic::bytes_done, blob.size - counted);
  }

  // Referrers one after the other: where the registry keeps their list under a tag, two writers lose one.
  void send_manifests(const std::vector<const Node*>& group) {
    std::vector<std::function<void()>> puts;
    for (const auto* node : group) {
      if (!node->done && !node->subject) puts.emplace_back([this, node] { send_manifest(*node); });
    }
    sys::run_parallel(puts, parallel_manifests);
    for (const auto* node : group)
      if (!node->done && node->subject) send_manifest(*node);
  }

  void send_manifest(const Node& node) {
    client_.put_manifest({to_, std::nullopt, node.descriptor.digest}, node.descriptor.media_type, node.bytes);
  }

  std::vector<oci::Descriptor> referrers(const std::vector<Node>& nodes) {
    std::vector<std::vector<oci::Descriptor>> found(nodes.size());
    std::vector<std::function<void()>> questions;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      questions.emplace_back([&, i] { found[i] = source_.referrers(nodes[i].descriptor.digest); });
    sys::run_parallel(questions, parallel_manifests);
    std::vector<oci::Descriptor> all;
    for (const auto& some : found) all.insert(all.end(), some.begin(), some.end());
    return all;
  }

  void note(std::atomic<std::uint64_t> Traffic::*what, std::uint64_t amount) {
    if (options_.traffic != nullptr) options_.traffic->*what += amount;
  }

  registry::Client& client_;
  Source& source_;
  const oci::Repository& to_;
  const TransferOptions& options_;
  std::optional<oci::Repository> mount_from_;
  std::set<Digest> known_;
};

}  // namespace

void transfer(registry::Client& client, Source& source, const oci::Repository& to,
              const std::vector<oci::Descriptor>& roots, const TransferOptions& options) {
  if (source.repository() != to) Transfer(client, source, to, options).run(roots);
}

oci::Descriptor push_layout(registry::Client& client, const oci::Layout& layout, const oci::Repository& to) {
  const auto& root = layout.root();
  transfer(client, *layout_source(layout, "the exported image"), to, {root});
  return root;
}

}  // namespace polyarch::publish
