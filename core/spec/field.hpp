#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The declaration of options: a plain struct with in-place defaults and, beside it, a table of its fields. The binders
// (command line, environment), the validator and the emitters all read these tables; an option stands nowhere else.
namespace polyarch::spec {

template <class T>
using Member = std::variant<bool T::*, int T::*, std::string T::*, std::vector<std::string> T::*>;

// What a member holds, in the order of Member's alternatives.
enum class Kind { flag, number, text, list };

// Where an option stands in --help and in the docs.
enum class Group { main, image, inputs, caching, testing, builder, registry, output, other };

struct Traits {
  std::string_view value = {};  // what stands for the value in --help: "KEY=VALUE"
  std::string_view input = {};  // the name of the CI input when it differs from the flag: "build-args"
  char letter = 0;              // -t
  bool secret = false;          // never shown; comes from the environment or a file, there is no flag
  bool comma = false;           // a list whose values may also be joined by commas
  bool paths = false;           // a list of "ID=PATH,PATH", which in a variable may also be joined by commas
  bool positional = false;
  bool required = false;
  Group group = Group::main;
  std::vector<std::string_view> choices = {};
  bool ci = true;  // offered as an input of the CI wrappers
};

template <class T>
struct Field {
  std::string_view name;  // the flag without dashes, "build-arg"; the variable is POLYARCH_BUILD_ARG
  Member<T> member;
  std::string_view help;  // one sentence, no full stop
  Traits more = {};
};

template <class T>
struct Command {
  std::string_view name;     // "registry serve"
  std::string_view summary;  // one line
  std::string_view details;  // paragraphs for --help
  std::string_view examples;
  std::vector<Field<T>> fields;
  bool hidden = false;  // for the engine itself: no help, no docs
};

}  // namespace polyarch::spec
