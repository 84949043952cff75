#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "app/qemu.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

using Action = QemuRegistration::Action;
using QemuRow = std::array<std::string, 5>;

std::string_view state(const QemuEntryStatus& status) {
  if (status.native) return "native";
  if (status.works) return "emulated";
  return status.registered ? "broken" : "missing";
}

std::string_view name(Action action) {
  switch (action) {
    case Action::native:
      return "native";
    case Action::kept:
      return "kept";
    case Action::registered:
      return "registered";
    case Action::replaced:
      return "replaced";
  }
  return {};
}

std::string dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string describe(const QemuEntryStatus& status) {
  if (!status.problem.empty()) return status.problem;
  if (!status.interpreter.empty()) return status.interpreter;
  return status.native ? "" : "registered outside of this container";
}

QemuRow row(const QemuEntryStatus& status) {
  return {status.platform.str(), std::string(state(status)), dash(status.version), dash(status.flags),
          describe(status)};
}

std::string aligned(const std::vector<QemuRow>& rows) {
  std::string out;
  std::array<std::size_t, 4> widths{};
  for (const auto& cells : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], text::columns(cells[i]));
  }
  for (const auto& cells : rows) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) line += fmt::format("{:<{}}  ", cells[i], widths[i]);
    line += cells[4];
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string qemu_name(const QemuEntryStatus& status) {
  return status.version.empty() ? dash(status.entry) : fmt::format("QEMU {}", status.version);
}

std::string line(const QemuRegistration& done) {
  const auto& status = done.status;
  const auto platform = status.platform.str();
  if (done.action == Action::native) return fmt::format("{}: runs natively\n", platform);
  if (done.action == Action::kept) return fmt::format("{}: {} works already\n", platform, qemu_name(status));
  auto out = fmt::format("{}: registered {} from {}", platform, qemu_name(status), done.source);
  if (done.took.count() > 0) out += fmt::format(" in {} ms", done.took.count());
  if (!done.replaced.empty()) out += fmt::format(", instead of {}", done.replaced);
  if (!status.works) out += fmt::format("; but on this machine {}", status.problem);
  return out + "\n";
}

}  // namespace

std::string qemu_table(const std::vector<QemuEntryStatus>& statuses) {
  std::vector<QemuRow> rows{{"PLATFORM", "STATE", "QEMU", "FLAGS", "INTERPRETER"}};
  for (const auto& status : statuses) rows.push_back(row(status));
  return aligned(rows);
}

std::string qemu_lines(const std::vector<QemuRegistration>& registrations) {
  std::string out;
  for (const auto& done : registrations) out += line(done);
  return out;
}

Json to_json(const QemuEntryStatus& status) {
  Json out{{"platform", status.platform.str()},
           {"state", state(status)},
           {"native", status.native},
           {"registered", status.registered},
           {"works", status.works}};
  const std::array<std::pair<const char*, const std::string*>, 5> texts{{{"entry", &status.entry},
                                                                         {"interpreter", &status.interpreter},
                                                                         {"version", &status.version},
                                                                         {"flags", &status.flags},
                                                                         {"problem", &status.problem}}};
  for (const auto& [key, value] : texts) {
    if (!value->empty()) out[key] = *value;
  }
  return out;
}

Json to_json(const QemuRegistration& registration) {
  auto out = to_json(registration.status);
  out["action"] = name(registration.action);
  if (!registration.source.empty()) out["source"] = registration.source;
  if (!registration.replaced.empty()) out["replaced"] = registration.replaced;
  if (registration.took.count() > 0) out["milliseconds"] = registration.took.count();
  return out;
}

}  // namespace polyarch::app
