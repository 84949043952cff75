#pragma once
#include <optional>

#include "app/tag_rules.hpp"
#include "base/json.hpp"
#include "spec/build.hpp"

namespace polyarch::app {

// What --tag-rule, --flavor and --image make of a build.
struct ImageNames {
  std::string version;
  std::vector<std::string> tags;       // "registry/repository:tag"
  std::vector<std::string> tag_names;  // without their repositories
  // Those of all platforms, with what was given; of annotations, each with its level: "manifest:KEY=VALUE".
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::string> annotations;
  std::vector<std::string> warnings;

  // The outputs of metadata-action, under its names.
  Json to_json() const;
  std::vector<std::pair<std::string, std::string>> outputs() const;
};

// A build with its names: its tags, labels and annotations are those that the user gave, and these besides.
struct NamedBuild {
  spec::BuildOptions options;
  std::optional<ImageNames> names;  // nullopt: there are no rules
};

// Pure. Throws Error{usage} for rules without an image, and for a push without a name.
NamedBuild name_build(spec::BuildOptions options, const Occasion& occasion);

}  // namespace polyarch::app
