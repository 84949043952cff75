#include "cli/parser.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <functional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/help.hpp"
#include "cli/suggest.hpp"
#include "cli/words.hpp"
#include "spec/validate.hpp"

namespace polyarch::cli {
namespace {

// A field and what stands for it on the command line.
template <class T>
struct Binding {
  const spec::Field<T>* field;
  CLI::Option* option;
};

template <class T>
CLI::Option* declare(CLI::App& app, const spec::Field<T>& field) {
  const auto option = spec::describe(field);
  auto name = option.more.positional ? std::string(option.name) : option.flag();
  if (option.more.letter) name = fmt::format("-{},{}", option.more.letter, name);
  if (option.kind == spec::Kind::flag) return app.add_flag(name);
  auto* declared = app.add_option(name);
  if (option.kind != spec::Kind::list) return declared->take_last();
  return declared->take_all()->allow_extra_args(option.more.positional);
}

template <class T>
std::vector<Binding<T>> declare(CLI::App& app, const spec::Command<T>& command) {
  std::vector<Binding<T>> bindings;
  for (const auto& field : command.fields) {
    if (!field.more.secret) bindings.push_back({&field, declare(app, field)});
  }
  return bindings;
}

template <class T>
void read(const std::vector<Binding<T>>& bindings, T& options) {
  for (const auto& [field, option] : bindings) {
    if (option->count() > 0) assign(*field, options, spec::describe(*field).label(), option->results());
  }
}

CLI::App* prepare(CLI::App* app) {
  app->set_help_flag();
  app->add_flag("-h,--help");
  app->allow_extras();
  app->require_subcommand(0, 1);
  return app;
}

bool wants_help(const CLI::App& app) {
  return app.count("--help") > 0;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const auto near = nearest(word, candidates);
  return near ? fmt::format("did you mean {}? ", *near) : "";
}

// Names an argument that nothing took. A value never shows: `--token=…` is cut at its equals sign.
[[noreturn]] void refuse(const std::string& argument, const spec::CommandInfo& command) {
  if (!argument.starts_with('-')) {
    throw Error(ErrorKind::usage, fmt::format("unexpected argument '{}'", text::printable(argument)));
  }
  const auto flag = argument.substr(0, argument.find('='));
  for (const auto& option : command.options) {
    if (!option.more.secret || option.flag() != flag) continue;
    throw Error(ErrorKind::usage,
                fmt::format("{} is a secret: arguments can be read by every process of the machine", flag),
                fmt::format("set {0}, or name a file in {0}_FILE", option.variables().front()));
  }
  std::vector<std::string> known;
  for (const auto& option : flags_of(command)) known.push_back(option.flag());
  throw Error(ErrorKind::usage, fmt::format("unknown option '{}'", text::printable(flag)), did_you_mean(flag, known));
}

// The command line of every command.
class Parser {
 public:
  explicit Parser(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {
    prepare(&root_)->add_flag("--version");
    global_ = declare(root_, spec::global_options());
    spec::for_each_command([this](const auto& command) { add(command); });
  }

  std::variant<Invocation, Help> parse(const spec::Surroundings& surroundings) {
    run();
    for (const auto& leaf : leaves_) {
      if (leaf.app->parsed()) return parse(leaf, surroundings);
    }
    if (root_.count("--version") > 0) return Invocation{"version", spec::VersionOptions{}, {}};
    return without_command();
  }

 private:
  struct Leaf {
    CLI::App* app;
    spec::CommandInfo info;
    std::function<AnyOptions(const spec::Surroundings&)> read;
    std::vector<Binding<spec::GlobalOptions>> global;
  };

  CLI::App* place(std::string_view name) {
    const auto words = text::cut(name, ' ');
    if (!words) return prepare(root_.add_subcommand(std::string(name)));
    const std::string first(words->first);
    auto*& parent = parents_[first];
    if (!parent) parent = prepare(root_.add_subcommand(first));
    return prepare(parent->add_subcommand(std::string(words->second)));
  }

  template <class T>
  void add(const spec::Command<T>& command) {
    auto* app = place(command.name);
    const auto info = spec::describe(command);
    if (!named(command.name)) return leaves_.push_back({app, info, {}, {}});
    const auto bindings = declare(*app, command);
    const auto read_all = [&command, bindings](const spec::Surroundings& surroundings) -> AnyOptions {
      T options;
      spec::bind_environment(command, options, surroundings);
      read(bindings, options);
      spec::validate(command, options);
      return options;
    };
    leaves_.push_back({app, info, read_all, declare(*app, spec::global_options())});
  }

  // Whether it can be the command meant. The options of all of them take longer to declare than a small image to join.
  bool named(std::string_view command) const {
    const auto words = text::split(command, ' ');
    return std::ranges::all_of(words, [this](auto word) { return std::ranges::count(arguments_, word) > 0; });
  }

  void run() {
    try {
      root_.parse(std::vector(arguments_.rbegin(), arguments_.rend()));  // CLI11 takes them from the end
    } catch (const CLI::ParseError& error) {
      throw Error(ErrorKind::usage, error.what(), "see polyarch --help");
    }
  }

  // What nothing took; the mark after which all is positional is no argument.
  std::vector<std::string> leftovers() const {
    auto extra = root_.remaining(true);
    if (const auto mark = std::ranges::find(extra, "--"); mark != extra.end()) extra.erase(mark);
    return extra;
  }

  std::variant<Invocation, Help> parse(const Leaf& leaf, const spec::Surroundings& surroundings) {
    if (wants_help(*leaf.app) || wants_help(root_)) return Help{help(leaf.info)};
    try {
      if (const auto extra = leftovers(); !extra.empty()) refuse(extra.front(), leaf.info);
      Invocation invocation{std::string(leaf.info.name), leaf.read(surroundings), {}};
      spec::bind_environment(spec::global_options(), invocation.global, surroundings);
      read(global_, invocation.global);
      read(leaf.global, invocation.global);
      return invocation;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::usage) throw;
      const auto separator = error.hint().empty() || error.hint().ends_with(' ') ? "" : "; ";
      throw Error(ErrorKind::usage, error.message(),
                  fmt::format("{}{}see polyarch {} --help", error.hint(), separator, leaf.info.name));
    }
  }

  std::variant<Invocation, Help> without_command() {
    const auto extra = leftovers();
    for (const auto& [name, app] : parents_) {
      if (!app->parsed()) continue;
      if (extra.empty()) return Help{overview(name)};
      refuse_command(fmt::format("{} {}", name, extra.front()));
    }
    if (extra.empty()) return Help{overview()};
    refuse_command(extra.front());
  }

  [[noreturn]] void refuse_command(const std::string& name) {
    std::vector<std::string> candidates;
    for (const auto& leaf : leaves_) candidates.emplace_back(leaf.info.name);
    const auto what = name.starts_with('-') ? "option" : "command";
    throw Error(ErrorKind::usage, fmt::format("unknown {} '{}'", what, text::printable(name)),
                did_you_mean(name, candidates) + "see polyarch --help");
  }

  std::vector<std::string> arguments_;
  CLI::App root_{"", "polyarch"};
  std::map<std::string, CLI::App*> parents_;  // of commands of two words
  std::deque<Leaf> leaves_;
  std::vector<Binding<spec::GlobalOptions>> global_;
};

}  // namespace

std::variant<Invocation, Help> parse(std::vector<std::string> arguments, const spec::Surroundings& surroundings) {
  return Parser(std::move(arguments)).parse(surroundings);
}

}  // namespace polyarch::cli
