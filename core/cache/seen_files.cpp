#include "cache/seen_files.hpp"

#include <charconv>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cache/path_text.hpp"

namespace polyarch::cache {
namespace {

constexpr std::string_view seen_schema = "polyarch.seen/v2";
constexpr std::size_t longest_header = 64U << 10;

// The numbers, the digest and the name of a line; throws Error{input} on anything else.
class SeenLine {
 public:
  explicit SeenLine(std::string_view line) : rest_(line) {}

  template <class Number>
  Number number() {
    Number value{};
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) refuse();
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    skip_blank();
    return value;
  }
  Digest digest() {
    const auto end = std::min(rest_.find(' '), rest_.size());
    auto out = Digest::parse("sha256:" + std::string(rest_.substr(0, end)));
    rest_.remove_prefix(end);
    skip_blank();
    return out;
  }
  std::string path() const {
    auto out = path_from_text(rest_);
    if (!out || out->empty()) refuse();
    return *std::move(out);
  }

 private:
  void skip_blank() {
    if (!rest_.starts_with(' ')) refuse();
    rest_.remove_prefix(1);
  }
  [[noreturn]] static void refuse() { throw Error(ErrorKind::input, "a line is malformed"); }

  std::string_view rest_;
};

// The first line, when it is of this root.
std::optional<Json> seen_header(std::string_view text, const std::filesystem::path& root) {
  auto object = parse_json(text.substr(0, text.find('\n')), "the list of seen files", longest_header);
  if (object.at("schema") != seen_schema || object.at("root") != path_to_text(root.string())) return std::nullopt;
  return object;
}

}  // namespace

std::string seen_lines(const SeenFiles& seen) {
  std::string out;
  for (const auto& [path, file] : seen) {
    fmt::format_to(std::back_inserter(out), "{} {} {} {} {} {} {}\n", file.stamp.device, file.stamp.inode,
                   file.stamp.ctime, file.size, file.mtime, file.content.hex(), path_to_text(path));
  }
  return out;
}

std::string dump_seen(std::string_view lines, const std::filesystem::path& root, const std::optional<SeenTree>& tree) {
  Json header{{"schema", seen_schema}, {"root", path_to_text(root.string())}};
  if (tree) {
    header["tree"] = {
        {"fingerprint", tree->fingerprint.str()}, {"manifest", tree->manifest.str()}, {"pieces", tree->pieces}};
  }
  auto out = header.dump();
  out.append("\n").append(lines);
  return out;
}

SeenFiles parse_seen(std::string_view text, const std::filesystem::path& root) {
  SeenFiles out;
  if (text.empty()) return out;
  try {
    if (!seen_header(text, root)) return {};
    for (auto begin = text.find('\n') + 1; begin != 0 && begin < text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      SeenLine line(text.substr(begin, end - begin));
      Seen file;
      file.stamp.device = line.number<std::uint64_t>();
      file.stamp.inode = line.number<std::uint64_t>();
      file.stamp.ctime = line.number<std::int64_t>();
      file.size = line.number<std::uint64_t>();
      file.mtime = line.number<std::int64_t>();
      file.content = line.digest();
      out[line.path()] = std::move(file);
      begin = end + 1;
    }
  } catch (const std::exception& error) {
    log::debug("the list of seen files is not used: {}", error.what());
    return {};
  }
  return out;
}

std::optional<SeenTree> parse_seen_tree(std::string_view text, const std::filesystem::path& root) {
  if (text.empty()) return std::nullopt;
  try {
    const auto header = seen_header(text, root);
    if (!header || !header->contains("tree")) return std::nullopt;
    const auto& tree = header->at("tree");
    return SeenTree{Digest::parse(tree.at("fingerprint").get<std::string>()),
                    Digest::parse(tree.at("manifest").get<std::string>()), tree.at("pieces").get<std::uint64_t>()};
  } catch (const std::exception& error) {
    log::debug("the tree that was seen is not used: {}", error.what());
    return std::nullopt;
  }
}

}  // namespace polyarch::cache
