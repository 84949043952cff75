#pragma once
#include <algorithm>
#include <fmt/core.h>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace polyarch::report {

// As much of JSON Schema as docs/report.schema.json uses; another keyword in it is a breach, too.
class Schema {
 public:
  explicit Schema(Json root) : root_(std::move(root)) {}

  std::vector<std::string> breaches(const Json& value) const {
    std::vector<std::string> out;
    check(root_, value, "", out);
    return out;
  }

 private:
  using Breaches = std::vector<std::string>;

  static bool is_type(const std::string& type, const Json& value) {
    if (type == "integer") return value.is_number_integer();
    return type == (value.is_number() ? "number" : value.type_name());
  }

  static bool has_type(const Json& types, const Json& value) {
    if (types.is_string()) return is_type(types, value);
    return std::any_of(types.begin(), types.end(), [&](const auto& type) { return is_type(type, value); });
  }

  static bool holds(const Json& values, const Json& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  }

  bool matches_any(const Json& schemas, const Json& value) const {
    return std::any_of(schemas.begin(), schemas.end(), [&](const auto& schema) {
      Breaches out;
      check(schema, value, "", out);
      return out.empty();
    });
  }

  void check_object(const Json& schema, const Json& value, const std::string& at, Breaches& out) const {
    if (!value.is_object()) return;
    const auto properties = schema.value("properties", Json::object());
    for (const auto& key : schema.value("required", Json::array())) {
      if (!value.contains(key)) out.push_back(fmt::format("{}: '{}' is missing", at, key.get<std::string>()));
    }
    for (const auto& [key, member] : value.items()) {
      if (properties.contains(key)) check(properties.at(key), member, at + "/" + key, out);
      // Readers may ignore it; what we write must be described.
      else if (!properties.empty())
        out.push_back(fmt::format("{}: '{}' is not in the schema", at, key));
    }
  }

  void check(const Json& schema, const Json& value, const std::string& at, Breaches& out) const {
    static const std::set<std::string> known{"$schema", "title",      "description", "type",   "required",
                                             "$defs",   "properties", "items",       "enum",   "const",
                                             "$ref",    "pattern",    "anyOf",       "minimum"};
    for (const auto& [key, unused] : schema.items()) {
      if (!known.contains(key)) out.push_back(fmt::format("{}: the keyword {} is not known here", at, key));
    }
    if (schema.contains("$ref")) {
      check(root_.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))), value, at, out);
    }
    if (schema.contains("type") && !has_type(schema["type"], value)) out.push_back(at + ": its type is another");
    if (schema.contains("const") && schema["const"] != value) out.push_back(at + ": its value is another");
    if (schema.contains("enum") && !holds(schema["enum"], value)) out.push_back(at + ": not one of the values");
    if (schema.contains("minimum") && value < schema["minimum"]) out.push_back(at + ": too small");
    if (schema.contains("pattern") && value.is_string() &&
        !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"].get<std::string>())))
      out.push_back(at + ": does not match the pattern");
    if (schema.contains("anyOf") && !matches_any(schema["anyOf"], value)) out.push_back(at + ": matches nothing");
    if (schema.contains("items") && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) check(schema["items"], value[i], fmt::format("{}/{}", at, i), out);
    }
    check_object(schema, value, at, out);
  }

  Json root_;
};

}  // namespace polyarch::report
