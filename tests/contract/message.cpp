#include "contract/message.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <sys/socket.h>

#include "base/text.hpp"

namespace polyarch::testing {

std::string Message::target() const {
  const auto start = head.find(' ') + 1;
  return head.substr(start, head.find(' ', start) - start);
}

std::string Message::field(std::string_view name) const {
  const auto at = text::lower(head).find("\r\n" + text::lower(name) + ":");
  if (at == std::string::npos) return "";
  const auto start = at + name.size() + 3;
  return std::string(text::trim(std::string_view(head).substr(start, head.find("\r\n", start) - start)));
}

void Message::set_field(std::string_view name, const std::string& value) {
  const auto at = text::lower(head).find("\r\n" + text::lower(name) + ":");
  if (at != std::string::npos) head.erase(at, std::min(head.find("\r\n", at + 2), head.size()) - at);
  head += fmt::format("\r\n{}: {}", name, value);
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

bool read_some(int descriptor, std::string& buffer) {
  char bytes[65536];
  const auto size = recv(descriptor, bytes, sizeof(bytes), 0);
  if (size > 0) buffer.append(bytes, static_cast<std::size_t>(size));
  return size > 0;
}

bool read_message(int descriptor, Message& message, bool to_end) {
  std::string buffer;
  std::size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!read_some(descriptor, buffer)) return false;
  }
  message.head = buffer.substr(0, end);
  message.body = buffer.substr(end + 4);
  const auto length = text::to_number(message.field("Content-Length")).value_or(0);
  while (to_end || message.body.size() < length) {
    if (!read_some(descriptor, message.body)) return to_end;
  }
  return true;
}

Message make_reply(int status, const std::string& fields, const std::string& body) {
  return {fmt::format("HTTP/1.1 {} Fault\r\nContent-Length: {}{}{}", status, body.size(), fields.empty() ? "" : "\r\n",
                      fields),
          body};
}

}  // namespace polyarch::testing
