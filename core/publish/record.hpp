#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "publish/release.hpp"

namespace polyarch::publish {

// What all jobs of one run agree on: each computes it from the same options.
struct RunPlan {
  std::string run_id;
  std::string revision;                  // the commit that is built; empty: unknown
  std::string inputs;                    // a digest of what else decides the image
  std::vector<oci::Platform> platforms;  // of all jobs
  std::vector<oci::Platform> optional;   // of these, those that may fail
  std::vector<oci::Reference> tags;
  std::map<oci::Platform, std::vector<oci::Reference>> own_tags;
  IndexOptions annotations;
  bool as_index = true;

  Json to_json() const;
  // Throws Error{input} naming `what`.
  static RunPlan from_json(const Json& object, std::string_view what);
  bool operator==(const RunPlan& other) const { return to_json() == other.to_json(); }
};

// What one leg of a run over several jobs leaves in the registry, beside its image.
struct Record {
  RunPlan plan;
  oci::Platform platform;
  std::optional<Leg> image;  // nullopt: the leg failed, or is not built yet
  bool pending = false;      // its job has begun: an older image does not count
  Json report;               // as report.json has it, of this leg alone; of a pending one, {}
  Digest digest;             // of the manifest that it was read from; empty: of none
  bool published = false;    // its run is, and the registry deletes nothing: as good as gone

  // An index that names the image and its attestations, so that no garbage collection takes them; the rest stands in
  // an annotation. Deterministic.
  oci::Index to_index() const;
  // Throws Error{input} naming `what` on an index that is no record.
  static Record parse(std::string_view bytes, std::string_view what);

  // Where the leg's record stands: a tag of the repository that the legs are pushed to. Another run has another tag,
  // and so has another image of the same run (that is: with other tags); a rerun has the same.
  static std::string tag(const RunPlan& plan, const oci::Platform& platform);
  // Whether a tag is one of a record.
  static bool is_record(std::string_view tag);
  // What the tags of all records of a run begin with.
  static std::string tag_prefix(std::string_view run_id);
};

// Who of a run is there.
struct RollCall {
  std::vector<Record> passed;
  std::vector<oci::Platform> failed;  // required ones
  std::vector<oci::Platform> failed_optional;
  std::vector<oci::Platform> missing;  // no record yet
  std::vector<oci::Platform> missing_optional;
  std::vector<oci::Platform> foreign;  // among the missing: the record there is of another plan or another commit

  // Every leg has ended, and no required one failed.
  bool complete() const { return failed.empty() && missing.empty() && missing_optional.empty(); }
};
RollCall call_roll(const RunPlan& plan, const std::vector<Record>& records);

// What the records publish, from the repository that they stand in.
Release make_release(const RunPlan& plan, const std::vector<Record>& passed, const oci::Repository& staging);

}  // namespace polyarch::publish
