#include "app/image_names.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "app/image_annotations.hpp"
#include "app/scoped.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "report/timestamp.hpp"

namespace polyarch::app {
namespace {

constexpr std::string_view annotation_namespace = "org.opencontainers.image.";

// "name=IMAGE,enable=true" or IMAGE, in lower case; empty: not enabled.
std::string image_name(std::string_view text) {
  std::string name;
  bool enabled = true;
  for (const auto field : text::split(text, ',')) {
    const auto parts = text::cut(field, '=');
    const auto key = parts ? text::lower(text::trim(parts->first)) : "name";
    const auto value = text::trim(parts ? parts->second : field);
    if (key == "name") {
      name = text::lower(value);
    } else if (key == "enable" && (value == "true" || value == "false")) {
      enabled = value == "true";
    } else {
      throw Error(ErrorKind::usage, fmt::format("--image '{}' is not understood", text::printable(text)),
                  "write the name of a repository, or name=REPOSITORY,enable=true|false");
    }
  }
  return enabled ? name : "";
}

// The date of the commit, so that the same commit gives the same image. Where the CI does not tell it, the time of the
// run; jobs that build one image together have none that they share.
std::string created_date(const spec::BuildOptions& options, const Occasion& occasion) {
  if (occasion.trigger.commit_date) return report::rfc3339(*occasion.trigger.commit_date);
  return options.only.empty() ? report::rfc3339(occasion.now) : "";
}

bool sets(const std::vector<std::string>& texts, std::string_view key) {
  return std::ranges::any_of(texts, [&](std::string_view text) { return text.substr(0, text.find('=')) == key; });
}

std::vector<std::string> enabled_images(const spec::BuildOptions& options) {
  std::vector<std::string> images;
  for (const auto& image : options.images) {
    if (auto name = image_name(image); !name.empty()) images.push_back(std::move(name));
  }
  if (!images.empty()) return images;
  throw Error(ErrorKind::usage, "--tag-rule and --flavor name no image", "add --image REGISTRY/REPOSITORY");
}

// The jobs of a run begin at different times: a tag that tells the time is another in each of them, so that none finds
// the records of the others and nobody publishes.
void warn_of_time(TagNames& made, const std::vector<TagRule>& rules, const Flavor& flavor, Occasion occasion) {
  using namespace std::chrono_literals;
  occasion.now += 25h + 1min + 1s;
  const auto later = name_tags(rules, flavor, occasion).names;
  for (const auto& name : made.names) {
    if (std::ranges::find(later, name) != later.end()) continue;
    made.warnings.push_back(fmt::format(
        "the tag {} tells the time: jobs of one run that do not see the same one never join; use commit_date", name));
  }
}

ImageNames image_names(const spec::BuildOptions& options, const Occasion& occasion) {
  const auto images = enabled_images(options);
  std::vector<TagRule> rules;
  for (const auto& text : options.tag_rules) rules.push_back(TagRule::parse(text));
  const auto flavor = Flavor::parse(options.flavors);
  auto made = name_tags(rules, flavor, occasion);
  if (!options.only.empty()) warn_of_time(made, rules, flavor, occasion);
  if (made.names.empty() && options.push && options.tags.empty()) {
    throw Error(ErrorKind::usage, "no tag rule fits what is built, so there is no name to push under",
                "add a rule that always does, such as type=sha, or push only on the events that are named");
  }
  ImageNames out{.version = made.version(), .warnings = std::move(made.warnings)};
  for (const auto& image : images) {
    for (const auto& name : made.names) out.tags.push_back(fmt::format("{}:{}", image, name));
  }
  out.tag_names = std::move(made.names);
  const auto& trigger = occasion.trigger;
  for (const auto& [key, value] :
       std::initializer_list<std::pair<std::string_view, std::string>>{{"title", trigger.title},
                                                                       {"description", trigger.description},
                                                                       {"url", trigger.url},
                                                                       {"source", trigger.url},
                                                                       {"version", out.version},
                                                                       {"created", created_date(options, occasion)},
                                                                       {"revision", trigger.commit},
                                                                       {"licenses", trigger.license}}) {
    if (!value.empty()) out.labels.emplace_back(fmt::format("{}{}", annotation_namespace, key), value);
  }
  return out;
}

// The labels of every platform; of one key, the last value.
std::vector<std::pair<std::string, std::string>> common_labels(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& text : common_values(texts)) {
    const auto pair = text::cut(text, '=');
    if (!pair) continue;
    std::erase_if(out, [&](const auto& one) { return one.first == pair->first; });
    out.emplace_back(pair->first, pair->second);
  }
  return out;
}

// As the list of an input: what would not be one line of it stands in quotes.
std::string list_lines(std::vector<std::string> values) {
  for (auto& value : values) {
    if (value.find('\n') != std::string::npos || value.starts_with('"'))
      value = fmt::format("\"{}\"", text::replace_all(value, "\"", "\"\""));
  }
  return text::join(values, "\n");
}

}  // namespace

Json ImageNames::to_json() const {
  Json pairs = Json::object();
  for (const auto& [key, value] : labels) pairs[key] = value;
  return {{"version", version},
          {"tags", tags},
          {"tag-names", tag_names},
          {"labels", std::move(pairs)},
          {"annotations", annotations}};
}

std::vector<std::pair<std::string, std::string>> ImageNames::outputs() const {
  std::vector<std::string> lines;
  for (const auto& [key, value] : labels) lines.push_back(fmt::format("{}={}", key, value));
  return {{"version", version},
          {"tags", text::join(tags, ",")},
          {"tag-names", text::join(tag_names, ",")},
          {"labels", list_lines(lines)},
          {"annotations", list_lines(annotations)},
          {"json", to_json().dump(-1, ' ', false, Json::error_handler_t::replace)}};
}

NamedBuild name_build(spec::BuildOptions options, const Occasion& occasion) {
  if (options.tag_rules.empty() && options.images.empty() && options.flavors.empty()) {
    return {std::move(options), std::nullopt};
  }
  auto names = image_names(options, occasion);
  options.tags.insert(options.tags.end(), names.tags.begin(), names.tags.end());
  for (auto* texts : {&options.labels, &options.annotations}) {
    for (auto& text : *texts) text = occasion.expand(text);
    // In front: what is given for a platform or a level comes later, and so takes its place there.
    std::vector<std::string> all;
    for (const auto& [key, value] : names.labels) {
      if (!sets(*texts, key)) all.push_back(fmt::format("{}={}", key, value));
    }
    all.insert(all.end(), texts->begin(), texts->end());
    *texts = std::move(all);
  }
  names.labels = common_labels(options.labels);
  for (const auto& text : options.annotations) names.annotations.push_back(with_level(text));
  return {std::move(options), std::move(names)};
}

}  // namespace polyarch::app
