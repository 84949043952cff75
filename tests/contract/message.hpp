#pragma once
#include <string>
#include <string_view>

namespace polyarch::testing {

// An HTTP/1.1 request or response, as it goes over the wire.
struct Message {
  std::string head;  // first line and fields, without the empty line
  std::string body;
  std::string method() const { return head.substr(0, head.find(' ')); }
  std::string target() const;
  std::string field(std::string_view name) const;  // "" when absent
  void set_field(std::string_view name, const std::string& value);
  std::string bytes() const { return head + "\r\n\r\n" + body; }
};

// false: the peer hung up before the whole message was here. `to_end`: the body ends with the connection.
bool read_message(int descriptor, Message& message, bool to_end);
// false: the peer hung up.
bool read_some(int descriptor, std::string& buffer);
void write_all(int descriptor, std::string_view bytes);
// `fields`: lines with CRLF between them.
Message make_reply(int status, const std::string& fields = "", const std::string& body = "");

}  // namespace polyarch::testing
