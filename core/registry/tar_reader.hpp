#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace polyarch::registry {

// A member of a tar archive.
struct TarEntry {
  std::string path;  // as it stands in the archive
  std::uint64_t size = 0;
  bool regular = false;
};

// Reads a tar stream (ustar, GNU long names, pax paths and sizes) as it comes, in constant memory.
class TarReader {
 public:
  // `enter` is called at each member's start, `data` with each part of the content of a member for which it said true.
  TarReader(std::function<bool(const TarEntry&)> enter, std::function<void(std::string_view)> data)
      : enter_(std::move(enter)), data_(std::move(data)) {}

  // Throws Error{input} on a malformed archive. What comes after the archive's end is passed over.
  void feed(std::string_view bytes);

 private:
  enum class State { header, name, extensions, wanted, unwanted, end };

  void read_header();
  void start_member(char type, std::uint64_t size);
  void take_content(std::string_view bytes);
  void finish_content();
  void apply_extensions();

  std::function<bool(const TarEntry&)> enter_;
  std::function<void(std::string_view)> data_;
  State state_ = State::header;
  std::string block_;          // the header as far as it is here
  std::string text_;           // the content of a long name or of pax records
  std::uint64_t left_ = 0;     // content still to come
  std::uint64_t padding_ = 0;  // zeros up to the next block
  std::string next_path_;      // what an extension says of the next member; "": nothing
  std::string next_size_;
};

}  // namespace polyarch::registry
