#include "report/xml.hpp"

#include <fmt/core.h>

namespace polyarch::report {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // in bytes; 0: malformed
};

CodePoint decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    value = value << 6 | (next & 0x3FU);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  return value < smallest[length] ? CodePoint{} : CodePoint{value, length};
}

// XML 1.0, production Char; the C1 controls are allowed there, but readers stumble over them.
bool is_xml_char(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n';
  return !(c >= 0x7F && c < 0xA0) && !(c >= 0xD800 && c < 0xE000) && c != 0xFFFE && c != 0xFFFF && c <= 0x10FFFF;
}

std::string_view entity(char32_t c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return {};
  }
}

}  // namespace

std::string xml_escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = decode(text);
    if (c.length > 0 && is_xml_char(c.value)) {
      const auto escaped = entity(c.value);
      out += escaped.empty() ? text.substr(0, c.length) : escaped;
    }
    text.remove_prefix(c.length > 0 ? c.length : 1);
  }
  return out;
}

void XmlWriter::start(std::string_view name, const Attributes& attributes) {
  out_ += fmt::format("{:{}}<{}", "", open_.size() * 2, name);
  for (const auto& [key, value] : attributes) out_ += fmt::format(" {}=\"{}\"", key, xml_escape(value));
}

void XmlWriter::open(std::string_view name, const Attributes& attributes) {
  start(name, attributes);
  out_ += ">\n";
  open_.emplace_back(name);
}

void XmlWriter::close() {
  const auto name = open_.back();
  open_.pop_back();
  out_ += fmt::format("{:{}}</{}>\n", "", open_.size() * 2, name);
}

void XmlWriter::element(std::string_view name, const Attributes& attributes, std::string_view text) {
  start(name, attributes);
  out_ += text.empty() ? "/>\n" : fmt::format(">{}</{}>\n", xml_escape(text), name);
}

}  // namespace polyarch::report
