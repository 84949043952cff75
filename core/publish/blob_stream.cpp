#include "publish/blob_stream.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <fmt/core.h>
#include <mutex>
#include <thread>

#include "base/error.hpp"

namespace polyarch::publish {
namespace {

constexpr std::size_t buffer_size = 1U << 20;

struct Stopped {};  // ends a download that nobody reads any more

// One download on a thread of its own, and the ring of bytes between it and the reader.
class BlobStream {
 public:
  BlobStream(registry::Client& client, oci::Repository from, oci::Descriptor blob)
      : client_(client), from_(std::move(from)), blob_(std::move(blob)), hasher_(blob_.digest.algorithm()) {}
  ~BlobStream() { stop(); }
  BlobStream(const BlobStream&) = delete;
  BlobStream& operator=(const BlobStream&) = delete;

  std::size_t read(std::uint64_t offset, char* buffer, std::size_t capacity) {
    if (!goes_on(offset)) start(offset);
    std::unique_lock lock(mutex_);
    const auto wanted = std::min<std::uint64_t>({capacity, buffer_size, blob_.size - offset});
    changed_.wait(lock, [&] { return taken_ - given_ >= wanted || failure_; });
    const auto size = std::min<std::uint64_t>(capacity, taken_ - given_);
    if (size == 0 && failure_) fail();
    lock.unlock();
    copy_out(buffer, size);
    lock.lock();
    given_ += size;
    changed_.notify_all();
    return size;
  }

 private:
  bool goes_on(std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    return thread_.joinable() && offset == given_ && !told_;
  }

  // The reader may come again: then a new download is tried, unless it is the content that is wrong.
  [[noreturn]] void fail() {
    told_ = true;
    std::rethrow_exception(failure_);
  }

  void start(std::uint64_t offset) {
    stop();
    if (wrong_) std::rethrow_exception(failure_);
    given_ = taken_ = offset;
    stopping_ = told_ = false;
    failure_ = nullptr;
    ring_.resize(buffer_size);
    thread_ = std::thread([this, offset] { download(offset); });
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void download(std::uint64_t offset) {
    try {
      client_.get_blob_from(offset, from_, blob_, [this](std::string_view bytes) { take(bytes); });
    } catch (const Stopped&) {
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
    changed_.notify_all();
  }

  // On the thread of the download.
  void take(std::string_view bytes) {
    check(bytes);
    while (!bytes.empty()) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return taken_ - given_ < buffer_size || stopping_; });
      if (stopping_) throw Stopped{};
      const auto part = bytes.substr(0, buffer_size - (taken_ - given_));
      lock.unlock();
      copy_in(part);
      lock.lock();
      taken_ += part.size();
      bytes.remove_prefix(part.size());
      changed_.notify_all();
    }
  }

  // Every byte is hashed once, however often it is read.
  void check(std::string_view bytes) {
    const auto known = std::min<std::uint64_t>(hashed_ - taken_, bytes.size());
    bytes.remove_prefix(known);
    if (bytes.empty()) return;
    hasher_.update(bytes);
    hashed_ += bytes.size();
    if (hashed_ < blob_.size) return;
    const auto got = hasher_.finish();
    if (got == blob_.digest) return;
    wrong_ = true;
    throw Error(ErrorKind::registry,
                fmt::format("blob {}@{} has digest {}", from_.str(), blob_.digest.str(), got.str()),
                "the registry, or a proxy before it, gives wrong content");
  }

  void copy_in(std::string_view bytes) {
    const auto at = taken_ % buffer_size;
    const auto first = std::min<std::size_t>(bytes.size(), buffer_size - at);
    bytes.copy(ring_.data() + at, first);
    bytes.substr(first).copy(ring_.data(), bytes.size() - first);
  }

  void copy_out(char* buffer, std::size_t size) {
    const std::string_view ring(ring_);
    const auto at = given_ % buffer_size;
    const auto first = std::min<std::size_t>(size, buffer_size - at);
    ring.copy(buffer, first, at);
    ring.copy(buffer + first, size - first);
  }

  registry::Client& client_;
  const oci::Repository from_;
  const oci::Descriptor blob_;
  Hasher hasher_;
  std::uint64_t hashed_ = 0;
  bool wrong_ = false;  // all of it came, and has another digest
  std::mutex mutex_;    // of all that follows but the ring, whose halves the two threads hold apart
  std::condition_variable changed_;
  std::string ring_;
  std::uint64_t taken_ = 0;  // by us from the download
  std::uint64_t given_ = 0;  // to the reader
  bool stopping_ = false;
  std::exception_ptr failure_;
  bool told_ = false;  // the reader knows of the failure
  std::thread thread_;
};

}  // namespace

http::BodySource stream_blob(registry::Client& client, const oci::Repository& from, const oci::Descriptor& blob) {
  auto stream = std::make_shared<BlobStream>(client, from, blob);
  return {blob.size, [stream](std::uint64_t offset, char* buffer, std::size_t capacity) {
            return stream->read(offset, buffer, capacity);
          }};
}

}  // namespace polyarch::publish
