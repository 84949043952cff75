#include "cache/mount_exchange.hpp"

#include <array>
#include <fmt/core.h>

#include "base/error.hpp"
#include "cache/frame.hpp"
#include "sys/files.hpp"

namespace polyarch::cache {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_parcel_file = 512U << 20;
constexpr std::size_t largest_result = 64U << 10;
constexpr std::array<const char*, 5> state_names{"empty", "occupied", "restored", "saved", "failed"};

void write_packed(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  sys::write_file(path, compress_frame(text, 1));
}

std::string read_packed(const fs::path& path) {
  const auto frame = sys::read_file(path, largest_parcel_file);
  const auto size = frame_content_size(frame);
  if (!size || *size > largest_parcel_file) throw Error(ErrorKind::input, path.string() + " is broken, or too large");
  return decompress_frame(frame, *size, path.string());
}

}  // namespace

Json MountResult::to_json() const {
  return {{"state", state_names.at(static_cast<std::size_t>(state))},
          {"error", error},
          {"files", files},
          {"bytes", bytes},
          {"read_bytes", read_bytes},
          {"written_bytes", written_bytes},
          {"left_out", left_out}};
}

MountResult MountResult::from_json(const Json& object) {
  constexpr std::string_view what = "the result of a cache mount";
  const auto number = [&](const char* key) { return unsigned_at(object, key, what).value_or(0); };
  const auto name = string_at(object, "state", what).value_or("");
  const auto* const state = std::ranges::find(state_names, name);
  if (state == state_names.end()) throw Error(ErrorKind::input, fmt::format("{} has an unknown state", what));
  return {static_cast<State>(state - state_names.begin()),
          string_at(object, "error", what).value_or(""),
          number("files"),
          number("bytes"),
          number("read_bytes"),
          number("written_bytes"),
          number("left_out")};
}

fs::path MountParcel::path(std::size_t mount, const char* name) const {
  return directory_ / std::to_string(mount) / name;
}

std::optional<Catalog> MountParcel::catalog(std::size_t mount) const {
  const auto file = path(mount, "catalog");
  if (!fs::exists(file)) return std::nullopt;
  return parse_catalog(read_packed(file), file.string());
}

std::string MountParcel::seen(std::size_t mount) const {
  const auto file = path(mount, "seen");
  return fs::exists(file) ? read_packed(file) : std::string();
}

MountResult MountParcel::result(std::size_t mount) const {
  const auto file = path(mount, "result");
  return MountResult::from_json(parse_json(sys::read_file(file, largest_result), file.string(), largest_result));
}

void MountParcel::put_catalog(std::size_t mount, const Catalog& catalog) const {
  write_packed(path(mount, "catalog"), dump(catalog));
}

void MountParcel::put_seen(std::size_t mount, const std::string& seen) const {
  if (!seen.empty()) write_packed(path(mount, "seen"), seen);
}

void MountParcel::put_result(std::size_t mount, const MountResult& result) const {
  const auto file = path(mount, "result");
  fs::create_directories(file.parent_path());
  sys::write_file(file, result.to_json().dump());
}

}  // namespace polyarch::cache
