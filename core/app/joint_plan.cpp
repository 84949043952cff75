#include "app/joint_plan.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

// A directory is what it is called: agents keep their workspaces in places of their own.
std::vector<std::string> placeless(std::vector<std::string> contexts) {
  for (auto& context : contexts) {
    const auto pair = text::cut(context, '=');
    if (pair && pair->second.starts_with('/')) context = std::string(pair->first);
  }
  return contexts;
}

// What decides the image beside the commit: jobs that differ in it build different images. Builders, caches and the
// like may differ from job to job, and so may the places of contexts and of outputs.
std::string inputs(const spec::BuildOptions& options, const Facts& facts, const PushTargets& targets) {
  Json all{{"target", options.target},
           {"build_args", options.build_args},
           {"labels", options.labels},
           {"build_contexts", placeless(options.build_contexts)},
           {"annotations", options.annotations},
           {"provenance", options.provenance},
           {"sbom", options.sbom},
           {"attests", options.attests},
           {"attributes", targets.attributes},
           {"tests", options.tests},
           {"test_targets", options.test_targets}};
  if (facts.dockerfile) {
    for (const auto& stage : facts.dockerfile->stages) {
      all["stages"].push_back({stage.from.arguments, stage.instructions.size()});
      for (const auto& each : stage.instructions) {
        all["stages"].push_back({each.name, each.flags, each.arguments, each.heredocs});
      }
    }
  }
  return Digest::sha256(all.dump(-1, ' ', false, Json::error_handler_t::replace)).str();
}

}  // namespace

std::optional<publish::RunPlan> joint_plan(const spec::BuildOptions& options, const Facts& facts, const Plan& plan) {
  if (facts.platforms.size() == facts.run_platforms.size()) return std::nullopt;
  if (!plan.targets.push) {
    throw Error(ErrorKind::usage, "--only builds a part of an image, which only a registry can join with the rest",
                "add --push");
  }
  if (options.run_id.empty() && facts.host.run_id.empty()) {
    throw Error(ErrorKind::usage, "--only needs a name that all jobs of the run share",
                "add --run-id ID; inside GitHub Actions, GitLab CI and Jenkins it is known");
  }
  publish::RunPlan out;
  out.run_id = plan.run_id;
  out.revision = facts.host.commit;
  out.inputs = inputs(options, facts, plan.targets);
  out.platforms = facts.run_platforms;
  out.optional = oci::parse_platforms(options.optional_platforms);
  out.tags = plan.targets.tags;
  out.own_tags = plan.targets.own;
  out.annotations = {plan.index_annotations, plan.descriptor_annotations};
  out.as_index = plan.as_index;
  return out;
}

}  // namespace polyarch::app
