#include "buildkit/progress.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/redact.hpp"
#include "base/text.hpp"
#include "buildkit/step_name.hpp"

namespace polyarch::buildkit {
namespace {

constexpr std::size_t longest_object = 16U << 20;
constexpr std::size_t longest_output = 256U << 10;
constexpr std::size_t most_warnings = 1'000;

constexpr std::string_view canceled_text = "context canceled";
constexpr std::string_view cache_import = "importing cache manifest";

std::string clean_text(std::string_view text) {
  return redactor().apply(text::printable(text));
}

// An error message may have several lines.
std::string clean_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : text::split(text, '\n')) lines.push_back(clean_text(line));
  return text::join(lines, "\n");
}

std::chrono::milliseconds between(report::Time from, report::Time to) {
  return std::max(std::chrono::milliseconds(0), std::chrono::duration_cast<std::chrono::milliseconds>(to - from));
}

bool failed_by_itself(const report::Step& step) {
  return !step.error.empty() && step.error.find(canceled_text) == std::string::npos;
}

}  // namespace

ProgressStream::ProgressStream(std::vector<oci::Platform> platforms, Listener listener,
                               std::vector<oci::Platform> emulated, Limits limits)
    : listener_(std::move(listener)),
      emulated_(std::move(emulated)),
      limits_(limits),
      only_platform_(platforms.size() == 1 ? std::optional(platforms.front()) : std::nullopt),
      graph_(std::move(platforms)) {}

void ProgressStream::feed(std::string_view line) {
  if (line.size() + open_object_.size() > longest_object) return open_object_.clear();
  if (open_object_.empty() && line != "{") return read(line);
  open_object_ += line;
  open_object_ += '\n';
  if (line == "}") read(std::exchange(open_object_, {}));
}

void ProgressStream::read(std::string_view object) {
  const auto status = parse_status(object);
  if (!status) return keep_output(object);
  for (const auto& id : status->transfers) {
    const auto found = vertices_.find(id);
    if (found != vertices_.end()) found->second.transfers = true;
  }
  update(status->vertexes);
  for (const auto& chunk : status->logs) {
    const auto found = vertices_.find(chunk.vertex);
    if (found != vertices_.end()) write(found->second, found->second.log.append(chunk.data));
  }
  for (const auto& warning : status->warnings) warn(warning);
}

void ProgressStream::finish() {
  if (!open_object_.empty()) keep_output(std::exchange(open_object_, {}));
  for (const auto& id : order_) write(vertices_.at(id), vertices_.at(id).log.flush());
}

void ProgressStream::keep_output(std::string_view lines) {
  output_ += clean_lines(lines) + '\n';
  keep_end(output_, longest_output);
}

void ProgressStream::update(const std::vector<VertexUpdate>& updates) {
  std::vector<Vertex*> changed;
  for (const auto& update : updates) {
    auto* vertex = find_or_add(update);
    if (vertex == nullptr) continue;
    graph_.set(update.id, update.inputs, parse_step_name(vertex->step.name).target);
    if (apply(update, *vertex) && std::ranges::find(changed, vertex) == changed.end()) changed.push_back(vertex);
  }
  if (!listener_.step) return;
  for (const auto* vertex : changed) listener_.step(snapshot(*vertex));
}

ProgressStream::Vertex* ProgressStream::find_or_add(const VertexUpdate& update) {
  const auto found = vertices_.find(update.id);
  if (found != vertices_.end()) return &found->second;
  if (update.id.empty() || vertices_.size() >= limits_.steps) return nullptr;
  const auto name = parse_step_name(clean_text(update.name));
  Vertex vertex;
  vertex.step.id = update.id;
  vertex.step.name = clean_text(update.name);
  vertex.step.stage = name.stage;
  vertex.step.internal = name.internal;
  const auto& runs_on = name.runs_on ? name.runs_on : only_platform_;
  vertex.step.emulated = name.runs_command() && runs_on && std::ranges::count(emulated_, *runs_on) > 0;
  order_.push_back(update.id);
  return &vertices_.emplace(update.id, std::move(vertex)).first->second;
}

bool ProgressStream::apply(const VertexUpdate& update, Vertex& vertex) {
  auto& step = vertex.step;
  const auto before = std::pair(vertex.run_started, step.completed);
  if (update.started && update.started != vertex.run_started) {
    vertex.run_started = update.started;
    vertex.earlier = step.duration;
    vertex.transfers = false;
    step.started = std::min(step.started.value_or(*update.started), *update.started);
    step.completed.reset();
  }
  // What was found in a cache is fetched from there under the same name: only a run that moves nothing is a run.
  if (update.cached) step.cached = true;
  if (update.completed && !update.cached && !vertex.transfers) step.cached = false;
  if (update.completed && update.started) {
    step.completed = update.completed;
    step.duration = vertex.earlier + between(*update.started, *update.completed);
    write(vertex, vertex.log.flush());
  }
  if (!update.error.empty()) fail(vertex, clean_lines(update.error));
  return before != std::pair(vertex.run_started, step.completed) || !update.error.empty();
}

// A cache that cannot be read costs time, not the build; one that is not there yet is nothing to speak of.
void ProgressStream::fail(Vertex& vertex, const std::string& error) {
  if (!vertex.step.name.starts_with(cache_import)) {
    vertex.step.error = error;
    return;
  }
  write(vertex, vertex.log.append(error + "\n"));
  if (!error.ends_with("not found")) warn({fmt::format("{}: {}", vertex.step.name, error), "", 0, ""});
}

void ProgressStream::write(Vertex& vertex, const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    log_bytes_ += line.size() + 1;
    if (listener_.log) listener_.log({vertex.step.id, line});
  }
  if (log_bytes_ > limits_.logs) shrink_logs();
}

void ProgressStream::shrink_logs() {
  log_bytes_ = 0;
  for (const auto& [id, vertex] : vertices_) log_bytes_ += vertex.log.size();
  for (const auto& id : order_) {
    if (log_bytes_ <= limits_.logs / 2) return;
    auto& vertex = vertices_.at(id);
    if (!vertex.step.error.empty()) continue;
    log_bytes_ -= vertex.log.size();
    vertex.log.clear();
  }
}

void ProgressStream::warn(report::Warning warning) {
  warning.message = clean_text(warning.message);
  warning.file = clean_text(warning.file);
  warning.hint = clean_text(warning.hint);
  // Each platform of a solve reports the same finding.
  const auto key = fmt::format("{}:{}:{}", warning.file, warning.line, warning.message);
  if (warned_.size() >= most_warnings || !warned_.insert(key).second) return;
  if (listener_.warning) listener_.warning(warning);
}

report::Step ProgressStream::snapshot(const Vertex& vertex) const {
  auto step = vertex.step;
  step.platform = graph_.leg_of(step.id);
  step.log = vertex.log.text();
  return step;
}

std::vector<report::Step> ProgressStream::steps() const {
  std::vector<report::Step> steps;
  for (const auto& id : order_) steps.push_back(snapshot(vertices_.at(id)));
  return steps;
}

std::optional<report::Step> ProgressStream::failed_step() const {
  const Vertex* first = nullptr;
  for (const auto& id : order_) {
    const auto& vertex = vertices_.at(id);
    if (!failed_by_itself(vertex.step)) continue;
    if (output_.find(vertex.step.error) != std::string::npos) return snapshot(vertex);
    if (first == nullptr) first = &vertex;
  }
  return first == nullptr ? std::nullopt : std::optional(snapshot(*first));
}

}  // namespace polyarch::buildkit
