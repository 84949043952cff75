#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyarch::app {

// "{{date 'YYYYMMDD' tz='UTC'}}": its name, what stands in quotes after it, and its options.
struct Expression {
  std::string name;
  std::string argument;
  std::vector<std::pair<std::string, std::string>> options;
};

// The expressions of a template. Throws Error{usage} on one that is not closed, or has a quote that is not.
std::vector<Expression> expressions_of(std::string_view text);

// `text` with every {{expression}} replaced by its value. Throws Error{usage} on one that is not closed, and on one
// that has no value: nullopt.
std::string expand_template(std::string_view text,
                            const std::function<std::optional<std::string>(const Expression&)>& value_of);

}  // namespace polyarch::app
