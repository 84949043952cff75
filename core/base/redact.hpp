#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace polyarch {

// Takes known secrets out of text before it is shown or written. Safe for use by several threads.
class Redactor {
 public:
  // Remembers a secret, and its base64 and percent-encoded forms. Secrets of fewer than 4 bytes are not remembered:
  // masking them would garble everything. A secret of several lines is masked line by line as well.
  void add(std::string_view secret);
  // `text` with every known secret replaced by "***".
  std::string apply(std::string_view text) const;
  // Every form that is replaced: for a CI system that shall hide them, too.
  std::vector<std::string> known() const;

 private:
  void remember(std::string_view secret);
  void remember_form(std::string secret);
  mutable std::mutex mutex_;
  std::vector<std::string> secrets_;  // longest first, so that a secret inside another does not uncover it
};

// The process's one redactor: every log line, report and error message goes through it.
Redactor& redactor();

// `url` without user info and query values: "https://***@host/path?***".
std::string redact_url(std::string_view url);

}  // namespace polyarch
