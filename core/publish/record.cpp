#include "publish/record.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"

namespace polyarch::publish {
namespace {

constexpr std::string_view any_prefix = "polyarch-run-";
constexpr std::string_view record_type = "application/vnd.polyarch.record.v1+json";
constexpr const char* record_annotation = "org.polyarch.record";
constexpr std::size_t most_platforms = 256;
constexpr std::size_t most_tags = 4096;

[[noreturn]] void refuse(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::input, fmt::format("{} is no record of a run: {}", what, problem));
}

Json to_json(const std::vector<oci::Platform>& platforms) {
  Json out = Json::array();
  for (const auto& platform : platforms) out.push_back(platform.to_json());
  return out;
}

Json to_json(const std::vector<oci::Reference>& references) {
  Json out = Json::array();
  for (const auto& reference : references) out.push_back(reference.str());
  return out;
}

const Json& member(const Json& object, const char* key, std::string_view what) {
  if (!object.is_object()) refuse(what, "an object is expected");
  const auto found = object.find(key);
  if (found == object.end()) refuse(what, fmt::format("'{}' is missing", key));
  return *found;
}

const Json& array(const Json& object, const char* key, std::size_t most, std::string_view what) {
  const auto& found = member(object, key, what);
  if (!found.is_array() || found.size() > most) refuse(what, fmt::format("'{}' is no list, or too long", key));
  return found;
}

std::string string(const Json& object, const char* key, std::string_view what) {
  auto found = string_at(object, key, what);
  if (!found) refuse(what, fmt::format("'{}' is missing", key));
  return *std::move(found);
}

std::vector<oci::Platform> platforms(const Json& object, const char* key, std::string_view what) {
  std::vector<oci::Platform> out;
  for (const auto& item : array(object, key, most_platforms, what)) out.push_back(oci::Platform::from_json(item, what));
  return out;
}

std::vector<oci::Reference> references(const Json& object, const char* key, std::string_view what) {
  std::vector<oci::Reference> out;
  for (const auto& item : array(object, key, most_tags, what)) {
    if (!item.is_string()) refuse(what, fmt::format("'{}' holds what is no tag", key));
    try {
      out.push_back(oci::Reference::parse(item.get<std::string>()));
    } catch (const Error& error) {
      refuse(what, error.message());
    }
    if (!out.back().tag || out.back().digest) refuse(what, fmt::format("'{}' holds what is no tag", key));
  }
  return out;
}

oci::Annotations annotations(const Json& object, const char* key, std::string_view what) {
  return oci::annotations_from_json(Json{{"annotations", member(object, key, what)}}, what);
}

bool names(const std::vector<oci::Platform>& platforms, const oci::Platform& platform) {
  return std::ranges::find(platforms, platform) != platforms.end();
}

}  // namespace

Json RunPlan::to_json() const {
  Json own = Json::array();
  for (const auto& [platform, list] : own_tags) {
    own.push_back({{"platform", platform.to_json()}, {"tags", publish::to_json(list)}});
  }
  return {{"run", run_id},
          {"revision", revision},
          {"inputs", inputs},
          {"platforms", publish::to_json(platforms)},
          {"optional", publish::to_json(optional)},
          {"tags", publish::to_json(tags)},
          {"ownTags", std::move(own)},
          {"indexAnnotations", annotations.annotations},
          {"descriptorAnnotations", annotations.descriptor_annotations},
          {"asIndex", as_index}};
}

RunPlan RunPlan::from_json(const Json& object, std::string_view what) {
  RunPlan plan;
  plan.run_id = string(object, "run", what);
  plan.revision = string(object, "revision", what);
  plan.inputs = string(object, "inputs", what);
  plan.platforms = publish::platforms(object, "platforms", what);
  plan.optional = publish::platforms(object, "optional", what);
  plan.tags = references(object, "tags", what);
  for (const auto& own : array(object, "ownTags", most_platforms, what)) {
    plan.own_tags[oci::Platform::from_json(member(own, "platform", what), what)] = references(own, "tags", what);
  }
  plan.annotations.annotations = publish::annotations(object, "indexAnnotations", what);
  plan.annotations.descriptor_annotations = publish::annotations(object, "descriptorAnnotations", what);
  const auto& as_index = member(object, "asIndex", what);
  if (!as_index.is_boolean()) refuse(what, "'asIndex' is neither true nor false");
  plan.as_index = as_index.get<bool>();
  if (plan.platforms.empty() || plan.tags.empty()) refuse(what, "it plans nothing");
  return plan;
}

oci::Index Record::to_index() const {
  oci::Index index;
  index.artifact_type = record_type;
  if (image) {
    index.manifests.push_back(image->manifest);
    index.manifests.front().platform = image->platform;
    std::ranges::copy(image->attestations, std::back_inserter(index.manifests));
  }
  Json text{{"plan", plan.to_json()}, {"platform", platform.to_json()}, {"report", report}, {"pending", pending}};
  if (published) text["published"] = true;
  index.annotations[record_annotation] = text.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
  return index;
}

Record Record::parse(std::string_view bytes, std::string_view what) {
  const auto index = oci::Index::parse(bytes, what);
  const auto text = index.annotations.find(record_annotation);
  if (index.artifact_type != record_type || text == index.annotations.end()) refuse(what, "its type is another");
  const auto object = parse_json(text->second, what);
  Record record;
  record.plan = RunPlan::from_json(member(object, "plan", what), what);
  record.platform = oci::Platform::from_json(member(object, "platform", what), what);
  record.report = member(object, "report", what);
  const auto& pending = member(object, "pending", what);
  if (!pending.is_boolean()) refuse(what, "'pending' is neither true nor false");
  record.pending = pending.get<bool>();
  record.published = object.contains("published");
  if (!names(record.plan.platforms, record.platform)) refuse(what, "its platform is not one of its plan");
  for (const auto& entry : index.manifests) {
    if (entry.is_attestation() && record.image) {
      record.image->attestations.push_back(entry);
    } else if (record.image || !entry.platform || !same_target(*entry.platform, record.platform) ||
               !oci::media_type::is_manifest(entry.media_type)) {
      refuse(what, "it names more than the image of its platform");
    } else {
      record.image = Leg{*entry.platform, entry, {}, std::string(what)};
    }
  }
  return record;
}

bool Record::is_record(std::string_view tag) {
  return tag.starts_with(any_prefix);
}

std::string Record::tag_prefix(std::string_view run_id) {
  return fmt::format("{}{}-", any_prefix, Digest::sha256(run_id).hex().substr(0, 16));
}

std::string Record::tag(const RunPlan& plan, const oci::Platform& platform) {
  auto tags = plan.tags;
  std::ranges::sort(tags);
  const auto target = Digest::sha256(publish::to_json(tags).dump());
  return fmt::format("{}{}-{}", tag_prefix(plan.run_id), target.hex().substr(0, 8), platform.slug());
}

RollCall call_roll(const RunPlan& plan, const std::vector<Record>& records) {
  RollCall roll;
  for (const auto& platform : plan.platforms) {
    const bool optional = names(plan.optional, platform);
    const auto record = std::ranges::find(records, platform, &Record::platform);
    const bool ours = record != records.end() && record->plan == plan;
    if (!ours || record->pending) {
      (optional ? roll.missing_optional : roll.missing).push_back(platform);
      if (record != records.end() && !ours) roll.foreign.push_back(platform);
    } else if (record->image) {
      roll.passed.push_back(*record);
    } else {
      (optional ? roll.failed_optional : roll.failed).push_back(platform);
    }
  }
  return roll;
}

Release make_release(const RunPlan& plan, const std::vector<Record>& passed, const oci::Repository& staging) {
  Release release{staging, {}, plan.tags, plan.own_tags, plan.annotations, plan.as_index};
  for (const auto& record : passed) release.legs.push_back(record.image.value());
  return release;
}

}  // namespace polyarch::publish
