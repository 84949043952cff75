#include "app/host_options.hpp"

#include <filesystem>
#include <fmt/format.h>

#include "app/context_login.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "spec/idle_inputs.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view default_context = "{{defaultContext}}";

void add_login(spec::BuildOptions& options) {
  if (options.username.empty() && options.password.empty()) return;
  if (options.username.empty() || options.password.empty()) {
    throw Error(ErrorKind::usage, "of username and password, one is given without the other",
                "give both, or use registry-auth");
  }
  options.registry_auths.push_back(fmt::format("{}={}:{}", options.registry.empty() ? "docker.io" : options.registry,
                                               options.username, options.password));
}

// What Docker's action calls the default context, it calls so in the middle of a value, too: {{defaultContext}}:app
void choose_context(spec::BuildOptions& options, const ci::Host& host) {
  if (host.git_context.empty()) return;
  std::error_code unknown;
  const bool nothing_here = !host.workspace.empty() && fs::is_empty(host.workspace, unknown) && !unknown;
  if (options.context == "." && nothing_here) options.context = host.git_context;
  options.context = text::replace_all(options.context, default_context, host.git_context);
}

}  // namespace

spec::BuildOptions host_options(spec::BuildOptions options, const ci::Host& host) {
  add_login(options);
  choose_context(options, host);
  take_context_logins(options);
  return options;
}

std::string idle_inputs_line(const ci::Host& host, const sys::Environment& environment) {
  std::vector<std::string> idle;
  for (const auto& input : spec::idle_inputs()) {
    if (environment(input.variable())) idle.push_back(fmt::format("{} ({})", input.name, input.why));
  }
  if (idle.empty()) return {};
  return ci::annotation_line(host, {.message = fmt::format("inputs without effect: {}", text::join(idle, ", "))});
}

}  // namespace polyarch::app
