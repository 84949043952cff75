#include "cache/seen_files.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "cache/path_text.hpp"

namespace polyarch::cache {
namespace {

constexpr std::string_view seen_schema = "polyarch.seen/v1";
constexpr std::size_t most_seen_bytes = 512U << 20;

std::int64_t time_at(const Json& numbers, std::size_t index) {
  return numbers.at(index).get<std::int64_t>();
}

}  // namespace

std::string dump_seen(const SeenFiles& seen, const std::filesystem::path& root) {
  Json files = Json::object();
  for (const auto& [path, file] : seen) {
    files[path_to_text(path)] = {file.stamp.device, file.stamp.inode, file.stamp.ctime,
                                 file.size,         file.mtime,       file.content.str()};
  }
  return Json{{"schema", seen_schema}, {"root", path_to_text(root.string())}, {"files", std::move(files)}}.dump();
}

SeenFiles parse_seen(std::string_view text, const std::filesystem::path& root) {
  SeenFiles out;
  try {
    const auto object = parse_json(text, "the list of seen files", most_seen_bytes);
    if (object.at("schema") != seen_schema || object.at("root") != path_to_text(root.string())) return {};
    for (const auto& [name, numbers] : object.at("files").items()) {
      const auto path = path_from_text(name);
      if (!path) return {};
      out[*path] = {{numbers.at(0).get<std::uint64_t>(), numbers.at(1).get<std::uint64_t>(), time_at(numbers, 2)},
                    numbers.at(3).get<std::uint64_t>(),
                    time_at(numbers, 4),
                    Digest::parse(numbers.at(5).get<std::string>())};
    }
  } catch (const std::exception& error) {
    log::debug("the list of seen files is not used: {}", error.what());
    return {};
  }
  return out;
}

}  // namespace polyarch::cache
