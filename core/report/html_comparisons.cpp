#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "base/text.hpp"
#include "report/emulation.hpp"
#include "report/html.hpp"
#include "report/legs.hpp"
#include "report/outside_text.hpp"
#include "report/step_label.hpp"

namespace polyarch::report::html {
namespace {

constexpr std::size_t most_comparisons = 50;
constexpr std::size_t longest_step = 160;

std::string two_bars(const EmulatedStep& one) {
  const double longest =
      static_cast<double>(std::max<std::int64_t>({1, one.emulated->duration.count(), one.native->duration.count()}));
  const auto length = [&](const Step* step) {
    return std::max(1.0, 100.0 * static_cast<double>(step->duration.count()) / longest);
  };
  return fmt::format(
      "<svg class=\"pair\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" width=\"100%\" height=\"10\" "
      "aria-hidden=\"true\"><rect class=\"native\" width=\"{:.1f}\" height=\"4\" fill=\"#4a7fc1\"/>"
      "<rect class=\"emulated\" y=\"5\" width=\"{:.1f}\" height=\"4\" fill=\"#c98a2b\"/></svg>",
      length(one.native), length(one.emulated));
}

std::string comparison_row(const EmulatedStep& one) {
  const auto timed = [](const Step& step) {
    return fmt::format("{} <span class=\"quiet\">{}</span>", text::human_duration(step.duration),
                       line(step.platform->str()));
  };
  return fmt::format(
      "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><code>{}</code>{}</th>"
      "<td role=\"cell\" data-column=\"Native\">{}</td><td role=\"cell\" data-column=\"Emulated\">{}</td>"
      "<td role=\"cell\" class=\"number\" data-column=\"Times as long\">{:.1f}×</td></tr>\n",
      line(fit(StepLabel::parse(one.emulated->name).str(), longest_step)), two_bars(one), timed(*one.native),
      timed(*one.emulated), one.times);
}

using Owners = std::map<std::string, int>;

Owners layer_owners(const Run& run) {
  Owners owners;
  for (const auto& leg : run.legs) {
    for (const auto& layer : leg.layers) ++owners[layer.digest];
  }
  return owners;
}

std::string size_bar(const Leg& leg, const Owners& owners, std::uint64_t largest) {
  std::string rects;
  double x = 0;
  for (const auto& layer : leg.layers) {
    const double length = 1000.0 * static_cast<double>(layer.size) / static_cast<double>(largest);
    const bool shared = owners.at(layer.digest) > 1;
    rects += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" width=\"{:.1f}\" height=\"12\" fill=\"{}\"/>",
                         shared ? "shared" : "native", x, std::max(0.5, length - 2), shared ? "#8a93a3" : "#4a7fc1");
    x += length;
  }
  return fmt::format(
      "<svg viewBox=\"0 0 1000 12\" preserveAspectRatio=\"none\" width=\"100%\" height=\"12\" "
      "aria-hidden=\"true\">{}</svg>",
      rects);
}

std::string layer_rows(const Leg& leg, const Owners& owners) {
  std::string rows;
  for (const auto& layer : leg.layers) {
    const int shared = owners.at(layer.digest);
    rows += fmt::format(
        "<tr role=\"row\"><td role=\"cell\" class=\"number\" data-column=\"Size\">{}</td>"
        "<td role=\"cell\" data-column=\"Digest\"><code>{}</code>{}</td>"
        "<td role=\"cell\" data-column=\"Made by\"><code>{}</code></td></tr>\n",
        text::human_size(layer.size), line(short_digest(layer.digest)),
        shared > 1 ? fmt::format(" <span class=\"quiet\">in {} platforms</span>", shared) : "",
        line(fit(one_line(layer.step), longest_step)));
  }
  return rows;
}

std::string size_item(const Leg& leg, const Owners& owners, std::uint64_t largest) {
  return fmt::format(
      "<details class=\"size\"><summary><span class=\"name\">{}</span>{}<span class=\"time\">{}</span></summary>\n"
      "<table role=\"table\" class=\"cards\"><thead role=\"rowgroup\"><tr role=\"row\">"
      "<th role=\"columnheader\" scope=\"col\" class=\"number\">Size</th>"
      "<th role=\"columnheader\" scope=\"col\">Digest</th><th role=\"columnheader\" scope=\"col\">Made by</th>"
      "</tr></thead><tbody role=\"rowgroup\">\n{}</tbody></table>\n</details>\n",
      line(leg.platform.str()), size_bar(leg, owners, largest), size(leg), layer_rows(leg, owners));
}

}  // namespace

std::string emulation(const Run& run) {
  const auto steps = emulated_steps(run);
  std::string rows;
  for (std::size_t i = 0; i < std::min(steps.size(), most_comparisons); ++i) rows += comparison_row(steps[i]);
  if (rows.empty()) return {};
  return fmt::format(
      "<p class=\"quiet\">The same step of this run, natively and by QEMU.</p>\n"
      "<table role=\"table\" class=\"cards\"><thead role=\"rowgroup\"><tr role=\"row\">"
      "<th role=\"columnheader\" scope=\"col\">Step</th><th role=\"columnheader\" scope=\"col\">Native</th>"
      "<th role=\"columnheader\" scope=\"col\">Emulated</th>"
      "<th role=\"columnheader\" scope=\"col\" class=\"number\">Times as long</th></tr></thead>\n"
      "<tbody role=\"rowgroup\">\n{}</tbody></table>\n",
      rows);
}

std::string sizes(const Run& run) {
  const auto owners = layer_owners(run);
  std::uint64_t largest = 1;
  for (const auto& leg : run.legs) {
    std::uint64_t sum = 0;
    for (const auto& layer : leg.layers) sum += layer.size;
    largest = std::max(largest, sum);
  }
  std::string out;
  for (const auto& leg : run.legs) {
    if (!leg.layers.empty()) out += size_item(leg, owners, largest);
  }
  if (out.empty()) return {};
  return "<p class=\"quiet\">Compressed, as a pull moves it, a block a layer; grey ones are shared between "
         "platforms.</p>\n" +
         out;
}

}  // namespace polyarch::report::html
