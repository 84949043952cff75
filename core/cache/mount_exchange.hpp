#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "cache/catalog.hpp"
#include "sys/cancel.hpp"

// Cache mounts are directories inside of a builder, which only a step of a build can reach. So the engine runs a copy
// of itself as such a step, and the two hand each other a directory: `in` goes as the step's context, `out` comes back
// as its result. Only pieces that the other side lacks are in it.
//
//   blobs/HEX   pieces
//   N/catalog   of mount N: the last snapshot (in), the new one (out); absent: there is none
//   N/seen      what is known of the mount's files (seen_files.hpp)
//   N/result    out: a MountResult
namespace polyarch::cache {

enum class MountWork { look, restore, save };

// What became of a mount.
struct MountResult {
  enum class State {
    empty,     // look, save: it holds no file
    occupied,  // look, restore: it holds files, and was left as it is
    restored,
    saved,
    failed,  // restore: it is empty again
  };
  State state = State::failed;
  std::string error;  // of failed
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t left_out = 0;

  Json to_json() const;
  static MountResult from_json(const Json& object);  // throws Error{input}
};

// A side of the exchange. What the other side wrote is checked as if a registry had sent it.
class MountParcel {
 public:
  explicit MountParcel(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path blobs() const { return directory_ / "blobs"; }
  std::optional<Catalog> catalog(std::size_t mount) const;  // throws Error{input}
  std::string seen(std::size_t mount) const;                // empty: nothing is known
  MountResult result(std::size_t mount) const;              // throws Error{input}

  void put_catalog(std::size_t mount, const Catalog& catalog) const;
  void put_seen(std::size_t mount, const std::string& seen) const;
  void put_result(std::size_t mount, const MountResult& result) const;

 private:
  std::filesystem::path path(std::size_t mount, const char* name) const;
  std::filesystem::path directory_;
};

// Inside of the builder: does the work on every directory N of `mounts`. One that fails says so in its result and does
// not stop the others. Throws when the parcel cannot be written.
void work_on_mounts(MountWork work, const std::filesystem::path& mounts, const MountParcel& in, const MountParcel& out,
                    std::size_t threads, const sys::Cancel& cancel);

}  // namespace polyarch::cache
