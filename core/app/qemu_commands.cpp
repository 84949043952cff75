#include "app/commands.hpp"
#include "app/qemu.hpp"
#include "app/registries.hpp"

namespace polyarch::app {
namespace {

std::vector<oci::Platform> wanted(const spec::QemuOptions& options) {
  auto platforms = oci::parse_platforms(options.platforms);
  return platforms.empty() ? common_platforms() : platforms;
}

template <class Items, class Text>
void show(const Items& items, const std::string& format, Text text, Context& context) {
  if (format != "json") {
    context.out << text(items);
    return;
  }
  Json out = Json::array();
  for (const auto& item : items) out.push_back(to_json(item));
  context.out << out.dump(2) << '\n';
}

}  // namespace

int qemu_register(const spec::QemuOptions& options, Context& context) {
  std::unique_ptr<Registries> registries;
  binfmt::Emulators emulators(context.runner);
  const QemuTools tools{emulators, context.runner, [&]() -> registry::Client& {
                          if (!registries) registries = std::make_unique<Registries>(context, options);
                          return registries->client();
                        }};
  show(qemu_register(wanted(options), options.image, tools), options.format, qemu_lines, context);
  return 0;
}

int qemu_status(const spec::QemuOptions& options, Context& context) {
  binfmt::Emulators emulators(context.runner);
  show(qemu_status(wanted(options), {emulators, context.runner, {}}), options.format, qemu_table, context);
  return 0;
}

int qemu_unregister(const spec::QemuOptions& options, Context& context) {
  binfmt::Emulators emulators(context.runner);
  for (const auto& name : qemu_unregister(wanted(options), emulators)) context.out << name << '\n';
  return 0;
}

}  // namespace polyarch::app
