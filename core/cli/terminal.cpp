#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace polyarch::cli {
namespace {

int columns_of(int descriptor, int otherwise) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
}

}  // namespace

app::Terminal describe_terminal(const spec::GlobalOptions& global, const sys::Environment& environment) {
  app::Terminal terminal;
  const bool redraws = environment("TERM").value_or("dumb") != "dumb";
  const bool colors = redraws && !global.no_color && !environment("NO_COLOR");
  terminal.interactive = redraws && isatty(STDERR_FILENO) != 0;
  terminal.color = colors && isatty(STDERR_FILENO) != 0;
  terminal.color_out = colors && isatty(STDOUT_FILENO) != 0;
  terminal.quiet = global.quiet;
  terminal.width = columns_of(STDERR_FILENO, terminal.width);
  return terminal;
}

}  // namespace polyarch::cli
