#include <algorithm>
#include <thread>

#include "app/commands.hpp"
#include "cache/mount_exchange.hpp"
#include "sys/memory.hpp"

namespace polyarch::app {

int cache_mounts(const spec::MountWorkOptions& options, Context& context) {
  sys::share_heaps();
  const auto work = options.work == "look"      ? cache::MountWork::look
                    : options.work == "restore" ? cache::MountWork::restore
                                                : cache::MountWork::save;
  const auto width = std::clamp<std::size_t>(std::thread::hardware_concurrency() + 1, 2, 5);
  cache::work_on_mounts(work, options.mounts, cache::MountParcel(options.in), cache::MountParcel(options.out), width,
                        context.cancel);
  return 0;
}

}  // namespace polyarch::app
