#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "server/draft.hpp"
#include "server/names.hpp"

namespace polyarch::server {

// A blob on its way in. What follows `busy` needs its lock.
class Upload {
 public:
  Upload(const RepositoryName& repository, Draft draft, std::string_view algorithm);

  const std::string& id() const { return id_; }
  const RepositoryName& repository() const { return repository_; }

  std::timed_mutex busy;  // held by the request that writes

  Draft& draft() { return draft_; }
  std::uint64_t size() const { return size_; }
  void append(std::string_view bytes);
  // Ends the upload. Whether all that came has this digest.
  bool matches(const Digest& digest);
  void end() { ended_ = true; }
  bool ended() const { return ended_; }

 private:
  const std::string id_;
  const RepositoryName repository_;
  Draft draft_;
  Hasher hasher_;
  std::uint64_t size_ = 0;
  bool ended_ = false;
};

// The uploads under way. They do not outlive the process. Safe for several threads.
class Uploads {
 public:
  static constexpr std::size_t max_uploads = 256;  // each holds an open file
  static constexpr std::chrono::hours max_idle{1};

  explicit Uploads(const Clock& clock = system_clock()) : clock_(clock) {}

  // Makes room: abandoned uploads give way, those that were idle too long, and when there are too many, the one idle
  // longest.
  void add(const std::shared_ptr<Upload>& upload);
  // nullptr when there is no such upload in the repository.
  std::shared_ptr<Upload> find(const RepositoryName& repository, const std::string& id);
  void remove(const std::string& id);

 private:
  struct Entry {
    std::shared_ptr<Upload> upload;
    Clock::Steady last_used;
    bool idle() const { return upload.use_count() == 1; }
  };
  void make_room();

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace polyarch::server
