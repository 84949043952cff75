#pragma once
#include <map>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "app/context.hpp"
#include "cli/dispatch.hpp"
#include "cli/parser.hpp"
#include "unit/spec/surroundings.hpp"

namespace polyarch::cli {

// A world in which a command runs, with these variables and no terminal.
class World {
 public:
  explicit World(std::map<std::string, std::string, std::less<>> variables = {}) : variables_(std::move(variables)) {}

  // The exit code; what it throws comes out.
  int run(const std::vector<std::string>& arguments) {
    const auto invocation = std::get<Invocation>(parse(arguments, spec::surroundings(variables_)));
    const auto environment = sys::fixed_environment(variables_);
    app::Context context{in_,     out_,    err_,   {}, environment, ci::detect(environment), system_clock(),
                         cancel_, runner_, runner_};
    return dispatch(invocation, context);
  }
  // Standard output since the last question.
  std::string out() {
    auto text = out_.str();
    out_.str("");
    return text;
  }

 private:
  std::map<std::string, std::string, std::less<>> variables_;
  std::stringstream in_, out_, err_;
  sys::Cancel cancel_;
  sys::SystemRunner runner_{&cancel_};
};

}  // namespace polyarch::cli
