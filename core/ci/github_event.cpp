#include "ci/github_event.hpp"

#include "base/error.hpp"
#include "base/json.hpp"

namespace polyarch::ci {
namespace {

const Json& member(const Json& value, const char* key) {
  static const Json absent;
  const auto found = value.is_object() ? value.find(key) : value.end();
  return found == value.end() ? absent : *found;
}

std::string text_at(const Json& value, const char* key) {
  const auto& text = member(value, key);
  return text.is_string() ? text.get<std::string>() : "";
}

// `code` is the repository that the code comes from; null when it was deleted.
bool is_foreign(const Json& code, const Json& home) {
  const auto name = text_at(code, "full_name");
  return name.empty() || name != text_at(home, "full_name");
}

}  // namespace

GithubEvent parse_github_event(std::string_view text) {
  const auto event = parse_json(text, "the event of the workflow");
  if (!event.is_object()) throw Error(ErrorKind::input, "the event of the workflow is not a JSON object");
  const auto& home = member(event, "repository");
  GithubEvent out{.default_branch = text_at(home, "default_branch"),
                  .commit_date = text_at(member(event, "head_commit"), "timestamp"),
                  .name = text_at(home, "name"),
                  .description = text_at(home, "description"),
                  .url = text_at(home, "html_url"),
                  .license = text_at(member(home, "license"), "spdx_id")};
  if (const auto& request = member(event, "pull_request"); request.is_object()) {
    const auto& number = member(request, "number");
    if (number.is_number_unsigned()) out.request = std::to_string(number.get<std::uint64_t>());
    out.foreign = is_foreign(member(member(request, "head"), "repo"), home);
  }
  if (const auto& run = member(event, "workflow_run"); run.is_object()) {
    out.foreign = is_foreign(member(run, "head_repository"), home);
  }
  return out;
}

}  // namespace polyarch::ci
