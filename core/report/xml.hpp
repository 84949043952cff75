#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyarch::report {

// `text` as character data or attribute value of XML 1.0: markup escaped, and what XML cannot hold left out.
std::string xml_escape(std::string_view text);

// Writes elements one after the other, indented.
class XmlWriter {
 public:
  using Attributes = std::vector<std::pair<std::string_view, std::string>>;

  XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

  void open(std::string_view name, const Attributes& attributes);
  void close();
  // An element that holds text alone, or nothing.
  void element(std::string_view name, const Attributes& attributes, std::string_view text = {});
  const std::string& str() const { return out_; }

 private:
  void start(std::string_view name, const Attributes& attributes);

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace polyarch::report
