#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <set>

#include "base/text.hpp"
#include "buildkit/builder_error.hpp"
#include "buildkit/solve.hpp"
#include "buildkit/step_name.hpp"

namespace polyarch::buildkit {
namespace {

constexpr std::size_t longest_step = 160;

// A failure, and what its rules have to know about it.
struct Findings {
  std::string builder;
  std::string message;          // what buildx said at the end
  std::string lower;            // the same in lower case
  std::string file;             // "Dockerfile"
  std::string where;            // "Dockerfile:12"
  std::string step = "a step";  // "RUN make (linux/arm64, stage build, step 2/4)"
  std::string platform;         // "linux/arm64", or empty
  std::string log;              // of the step
};

using Rule = std::optional<Error> (*)(const Findings&);

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [text](auto part) { return has(text, part); });
}

// What stands after `before`, up to `after` or the end.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const auto start = text.find(before);
  if (start == std::string_view::npos) return "";
  text.remove_prefix(start + before.size());
  return std::string(text.substr(0, text.find(after)));
}

std::string shorten(std::string_view text, std::size_t size) {
  if (text.size() <= size) return std::string(text);
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;  // not inside a character
  return fmt::format("{}…", text.substr(0, size));
}

std::string on_platform(const Findings& found) {
  return found.platform.empty() ? "" : " for " + found.platform;
}

std::string base_image(const Findings& found) {
  return between(found.message, "failed to resolve source metadata for ", ": ");
}

std::optional<Error> builder_unusable(const Findings& found) {
  return builder_error(found.builder, found.message, Phase::solve);
}

std::optional<Error> canceled(const Findings& found) {
  if (!has(found.lower, "context canceled")) return std::nullopt;
  return Error(ErrorKind::interrupted, fmt::format("{}: the build was cancelled", found.file));
}

std::optional<Error> no_space(const Findings& found) {
  const bool in_step = has(text::lower(found.log), "no space left on device");
  if (!in_step && !has_any(found.lower, {"no space left on device", "disk quota exceeded"})) return std::nullopt;
  // What the builder sends to us is written here.
  if (has_any(found.lower, {"failed to send write", "error from receiver"})) {
    return Error(ErrorKind::storage, fmt::format("{}: this machine's disk is full: {}", found.file, found.message),
                 "free some disk space, or set TMPDIR to a larger disk");
  }
  return Error(ErrorKind::storage,
               fmt::format("{}: the builder's disk is full: {}", found.where, in_step ? found.step : found.message),
               "free space with 'docker buildx prune', or limit the builder's cache in its configuration");
}

std::optional<Error> step_cannot_run_here(const Findings& found) {
  if (!has(found.message, "exec format error") && !has(found.log, "exec format error")) return std::nullopt;
  return Error(
      ErrorKind::emulation,
      fmt::format("{}: {} needs an emulator: the node cannot run programs of this platform (exec format error)",
                  found.where, found.step),
      "run 'polyarch qemu register' on the builder's machine, use a builder with a native node, or compile on "
      "the build platform with FROM --platform=$BUILDPLATFORM");
}

std::optional<Error> emulator_crashed(const Findings& found) {
  if (!has(found.log, "qemu: uncaught target signal")) return std::nullopt;
  return Error(
      ErrorKind::emulation, fmt::format("{}: the emulator crashed in {}", found.where, found.step),
      "a newer QEMU may help ('polyarch qemu register'); a native node, or compiling on the build platform with "
      "FROM --platform=$BUILDPLATFORM, needs none");
}

std::optional<Error> step_failed(const Findings& found) {
  auto code = between(found.message, "did not complete successfully: exit code: ", "\n");
  if (code.empty() && has(found.message, "executor failed running")) code = between(found.message, "exit code: ", "\n");
  if (code.empty()) return std::nullopt;
  const bool killed = code.starts_with("137");
  return Error(ErrorKind::build, fmt::format("{}: {} failed with exit code {}", found.where, found.step, code),
               killed ? "137 means that it was killed, mostly for want of memory: give the builder more, or run fewer "
                        "platforms at once (--isolate)"
                      : "its last output stands with the failed step");
}

std::optional<Error> base_lacks_platform(const Findings& found) {
  if (!has_any(found.lower, {"no match for platform in manifest", "no matching manifest for"})) return std::nullopt;
  const auto lack = found.platform.empty() ? std::string("does not exist for the platform that is asked for")
                                           : fmt::format("has no {}", found.platform);
  return Error(ErrorKind::input, fmt::format("{}: base image {} {}", found.where, base_image(found), lack),
               "choose a base image that has it, leave the platform out, or make it optional");
}

std::optional<Error> login_refused(const Findings& found) {
  if (!has_any(found.lower, {"401 unauthorized", "403 forbidden", "unauthorized:", "access denied",
                             "denied: ", "insufficient_scope", "authorization failed", "authentication required"})) {
    return std::nullopt;
  }
  return Error(ErrorKind::auth, fmt::format("{}: the registry refused: {}", found.file, found.message),
               "log in to that registry with an account that may pull from it, and push to it if this build pushes");
}

std::optional<Error> registry_failed(const Findings& found) {
  if (!has(found.lower, "toomanyrequests") && !has(found.lower, "unexpected status from ")) return std::nullopt;
  const bool busy = has_any(found.lower, {"toomanyrequests", "429 too many", ": 500 ", ": 502 ", ": 503 ", ": 504 "});
  return Error(ErrorKind::registry, fmt::format("{}: a registry failed: {}", found.file, found.message),
               busy ? "try again later; a login raises most registries' limits" : "", busy);
}

std::optional<Error> base_missing(const Findings& found) {
  const auto image = base_image(found);
  if (image.empty() || !found.lower.ends_with("not found")) return std::nullopt;
  return Error(ErrorKind::input,
               fmt::format("{}: base image {} does not exist{}", found.where, image, on_platform(found)),
               "check its name and tag; a private repository may also hide from those who are not logged in");
}

std::optional<Error> malformed(const Findings& found) {
  if (!has(found.lower, "dockerfile parse error")) return std::nullopt;
  auto line = between(found.lower, "parse error on line ", ":");
  if (line.empty()) line = between(found.lower, "parse error line ", ":");
  const auto what = between(found.message, line.empty() ? "error: " : line + ": ", "\n");
  return Error(ErrorKind::input,
               fmt::format("{}{}: {}", found.file, line.empty() ? "" : ":" + line, what.empty() ? found.message : what),
               "correct that line");
}

std::optional<Error> input_missing(const Findings& found) {
  if (has(found.message, "failed to read dockerfile")) {
    return Error(ErrorKind::input, fmt::format("{}: there is no such Dockerfile: {}", found.file, found.message),
                 "name it with --file; it is looked up from the working directory, not from the context");
  }
  if (has(found.message, "unable to prepare context")) {
    return Error(ErrorKind::input, found.message, "the context must be a directory, a URL, or '-'");
  }
  if (has(found.message, "failed to calculate checksum of ref")) {
    return Error(ErrorKind::input,
                 fmt::format("{}: {} finds no {}", found.where, found.step, between(found.message, ": \"", "\"")),
                 "the path is relative to the build context, and .dockerignore may leave it out");
  }
  return std::nullopt;
}

std::optional<Error> wrong_option(const Findings& found) {
  if (has(found.message, "target stage ")) {
    return Error(ErrorKind::usage, fmt::format("{}: {}", found.file, found.message),
                 "--target names a stage: FROM … AS name");
  }
  if (found.message.starts_with("secret ") && found.message.ends_with(": not found")) {
    const auto id = between(found.message, "secret ", ":");
    return Error(ErrorKind::usage,
                 fmt::format("{}: the build asks for secret '{}', which it was not given", found.where, id),
                 fmt::format("pass it with --secret id={},env=NAME or --secret id={},src=FILE", id, id));
  }
  if (has(found.message, "entitlement")) {
    return Error(ErrorKind::usage, found.message,
                 "allow it with --allow, and in the builder's daemon with --allow-insecure-entitlement");
  }
  return std::nullopt;
}

std::optional<Error> network_failed(const Findings& found) {
  const bool distrust = has(found.lower, "x509: ");
  if (!distrust && !has_any(found.lower, {"no such host", "connection refused", "connection reset", "i/o timeout",
                                          "tls handshake timeout", "no route to host", "network is unreachable",
                                          "failed to do request", "unexpected eof"})) {
    return std::nullopt;
  }
  return Error(ErrorKind::network, fmt::format("{}: {}", found.where, found.message),
               distrust ? "the builder does not know the authority that signed this certificate: give it the "
                          "authority's certificate in its configuration (registry.\"HOST\".ca)"
                        : "the builder, not this machine, must reach that host: check its network and proxy",
               !distrust);
}

// The first that fits decides, so what is sure stands before what is guessed from a word.
constexpr std::array<Rule, 14> rules{builder_unusable, no_space,      step_cannot_run_here, emulator_crashed,
                                     step_failed,      canceled,      base_lacks_platform,  malformed,
                                     input_missing,    wrong_option,  login_refused,        registry_failed,
                                     base_missing,     network_failed};

std::string platform_of(const report::Step& step) {
  if (step.platform) return step.platform->str();
  const auto name = parse_step_name(step.name);
  return name.target ? name.target->str() : "";
}

std::string describe_step(const report::Step& step, const std::string& platform) {
  const auto name = parse_step_name(step.name);
  std::vector<std::string> place;
  if (!platform.empty()) place.push_back(platform);
  if (!name.stage.empty()) place.push_back("stage " + name.stage);
  if (name.total > 0) place.push_back(fmt::format("step {}/{}", name.index, name.total));
  const auto text = shorten(name.text, longest_step);
  return place.empty() ? text : fmt::format("{} ({})", text, text::join(place, ", "));
}

Findings examine(const SolveFailure& failure) {
  Findings found;
  found.builder = failure.builder;
  found.message = error_message(failure.output);
  if (found.message.empty()) found.message = "buildx said nothing";
  found.lower = text::lower(found.message);
  found.file = failure.dockerfile.empty() ? "Dockerfile" : failure.dockerfile;
  const auto line = excerpt_line(failure.output);
  found.where = line ? fmt::format("{}:{}", found.file, *line) : found.file;
  if (!failure.step) return found;
  found.platform = platform_of(*failure.step);
  found.step = describe_step(*failure.step, found.platform);
  found.log = failure.step->log;
  return found;
}

std::optional<int> line_number(std::string_view heading) {
  const auto colon = heading.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = text::to_number(heading.substr(colon + 1));
  return number && *number > 0 && *number < 1'000'000 ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

}  // namespace

std::optional<int> excerpt_line(const std::string& output) {
  std::set<int> lines;
  std::string_view previous;
  for (const auto line : text::split(output, '\n')) {
    if (line.starts_with("--------------------")) {
      if (const auto number = line_number(previous)) lines.insert(*number);
    }
    previous = line;
  }
  return lines.size() == 1 ? std::optional(*lines.begin()) : std::nullopt;
}

Error solve_error(const SolveFailure& failure) {
  const auto found = examine(failure);
  for (const auto rule : rules) {
    if (auto error = rule(found)) return *error;
  }
  return Error(ErrorKind::build, fmt::format("{}: {}", found.where, found.message), "");
}

}  // namespace polyarch::buildkit
