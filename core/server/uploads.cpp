#include "server/uploads.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <random>

namespace polyarch::server {
namespace {

// A random UUID (RFC 9562, version 4).
std::string new_id() {
  std::random_device random;
  const auto word = [&random] { return static_cast<std::uint32_t>(random()); };
  const auto middle = word();
  const auto variant = word();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:04x}{:08x}", word(), middle >> 16, middle & 0xfff,
                     8 + (variant >> 30), (variant >> 16) & 0xfff, variant & 0xffff, word());
}

}  // namespace

Upload::Upload(const RepositoryName& repository, Draft draft, std::string_view algorithm)
    : id_(new_id()), repository_(repository), draft_(std::move(draft)), hasher_(algorithm) {}

void Upload::append(std::string_view bytes) {
  draft_.append(bytes);
  hasher_.update(bytes);
  size_ += bytes.size();
}

bool Upload::matches(const Digest& digest) {
  ended_ = true;
  const auto sum = hasher_.finish();
  return (sum.algorithm() == digest.algorithm() ? sum : draft_.digest(digest.algorithm())) == digest;
}

void Uploads::add(const std::shared_ptr<Upload>& upload) {
  const std::lock_guard lock(mutex_);
  make_room();
  entries_.emplace(upload->id(), Entry{upload, clock_.steady()});
}

void Uploads::make_room() {
  const auto now = clock_.steady();
  std::erase_if(entries_,
                [now](const auto& item) { return item.second.idle() && now - item.second.last_used > max_idle; });
  if (entries_.size() < max_uploads) return;
  const auto oldest = std::ranges::min_element(
      entries_, {}, [](const auto& item) { return std::pair(!item.second.idle(), item.second.last_used); });
  entries_.erase(oldest);
}

std::shared_ptr<Upload> Uploads::find(const RepositoryName& repository, const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.upload->repository() != repository) return nullptr;
  found->second.last_used = clock_.steady();
  return found->second.upload;
}

void Uploads::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  entries_.erase(id);
}

}  // namespace polyarch::server
