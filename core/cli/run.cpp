#include "cli/run.hpp"

#include <iostream>

#include "app/context.hpp"
#include "app/host_report.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "ci/host.hpp"
#include "cli/dispatch.hpp"
#include "cli/failure.hpp"
#include "cli/parser.hpp"
#include "cli/refused_build.hpp"
#include "cli/terminal.hpp"
#include "sys/environment.hpp"
#include "sys/files.hpp"

#ifdef __GLIBC__
#include <nss.h>
#endif

namespace polyarch::cli {
namespace {

constexpr std::size_t max_secret_file = 1U << 20;

// A static program must not load the machine's NSS modules: they belong to another C library.
void resolve_names_without_modules() {
#ifdef __GLIBC__
  __nss_configure_lookup("hosts", "files dns");
#endif
}

void set_up_log(const spec::GlobalOptions& global, bool color) {
  const auto level = global.verbose ? log::Level::debug : global.quiet ? log::Level::error : log::Level::info;
  log::setup(level, color);
}

int run(const Invocation& invocation, const sys::Environment& environment, const ci::Host& host) {
  static sys::Cancel cancel;
  sys::cancel_on_signals(cancel);
  resolve_names_without_modules();
  auto terminal = describe_terminal(invocation.global, environment);
  terminal.interactive = terminal.interactive && !host.ci;  // some runners give their steps a terminal
  set_up_log(invocation.global, terminal.color);
  sys::SystemRunner runner(&cancel);
  sys::SystemRunner cleanup(nullptr);
  app::Context context{std::cin, std::cout,      std::cerr, terminal, environment,
                       host,     system_clock(), cancel,    runner,   cleanup};
  return dispatch(invocation, context);
}

std::variant<Invocation, Help> read_options(const std::vector<std::string>& arguments,
                                            const spec::Surroundings& surroundings, const ci::Host& host) {
  try {
    return parse(arguments, surroundings);
  } catch (const Error& error) {
    report_refused_build(error, arguments, surroundings, host, system_clock().wall());
    throw;
  }
}

int parse_and_run(const std::vector<std::string>& arguments, const sys::Environment& environment,
                  const ci::Host& host) {
  const spec::Surroundings surroundings{
      .variable = environment, .file = [](const std::string& path) { return sys::read_file(path, max_secret_file); }};
  const auto parsed = read_options(arguments, surroundings, host);
  if (const auto* help = std::get_if<Help>(&parsed)) {
    std::cout << help->text;
    return 0;
  }
  return run(std::get<Invocation>(parsed), environment, host);
}

}  // namespace

int run(const std::vector<std::string>& arguments) {
  const auto environment = sys::process_environment();
  const auto host = ci::detect(environment);
  try {
    const int code = parse_and_run(arguments, environment, host);
    if (!std::cout.flush()) throw Error(ErrorKind::storage, "standard output cannot be written", "is its disk full?");
    return code;
  } catch (const std::exception& exception) {
    const auto failure = describe_failure(exception);
    std::cerr << app::report_failure(host, failure.text);
    return failure.exit_code;
  }
}

}  // namespace polyarch::cli
