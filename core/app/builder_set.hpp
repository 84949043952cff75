#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/context.hpp"
#include "app/plan.hpp"

namespace polyarch::app {

// The builders of a run, ready to solve. Those that it made are gone at its end, whatever happens.
class BuilderSet {
 public:
  // `plans` stay where they are.
  BuilderSet(const std::vector<BuilderPlan>& plans, const std::vector<std::string>& buildx, Context& context,
             const spec::BuildOptions& options);
  ~BuilderSet();
  BuilderSet(const BuilderSet&) = delete;
  BuilderSet& operator=(const BuilderSet&) = delete;

  // Of the plan's builder with that number.
  const std::string& name(std::size_t number) const { return builders_.at(number).name; }
  // Whether QEMU runs `platform` there, by what the builder said when it was started; nullopt: it was there before.
  std::optional<bool> emulates(std::size_t number, const oci::Platform& platform) const;
  // What it runs without help, as it said when it was started; nullopt: it was there before, or did not say.
  std::optional<oci::Platform> machine(std::size_t number) const;
  // Whether this run made its BuildKit, too: then it is empty.
  bool is_new(std::size_t number) const;
  // All of them, as they are after a solve.
  std::vector<buildkit::Builder> used();

 private:
  void remove_made();

  struct Member {
    const BuilderPlan* plan;
    std::string name;
    std::optional<buildkit::Builder> made;
  };

  buildkit::Builders driver_;
  std::vector<Member> builders_;
  bool keep_;
};

}  // namespace polyarch::app
