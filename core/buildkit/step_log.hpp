#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyarch::buildkit {

// The end of what one step wrote, as clean lines: printable, without known secrets, and a progress bar that redraws
// its line counts as the last state of that line.
class StepLog {
 public:
  // Bytes cut anywhere; returns the lines that are whole now.
  std::vector<std::string> append(std::string_view bytes);
  // Takes what waits for its line end as a line.
  std::vector<std::string> flush();
  // The last 64 KiB.
  std::string text() const;
  std::size_t size() const { return text_.size(); }
  void clear() { text_.clear(); }

 private:
  void take_line(std::vector<std::string>& lines);

  std::string text_;
  std::string partial_;
};

// Drops lines off the front of `text` until at most `size` bytes are left.
void keep_end(std::string& text, std::size_t size);

}  // namespace polyarch::buildkit
