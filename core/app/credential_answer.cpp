#include "app/credential_answer.hpp"

#include <istream>
#include <ostream>

#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

// Docker's clients know by this sentence that there is no login, and go on without one.
constexpr std::string_view nothing_known = "credentials not found in native keychain";

}  // namespace

std::string helper_answers(const std::map<std::string, registry::Credentials>& logins) {
  auto out = Json::object();
  for (const auto& [server, login] : logins) {
    const bool token = !login.identity_token.empty();
    out[server] = {{"ServerURL", server},
                   {"Username", token ? "<token>" : login.username},
                   {"Secret", token ? login.identity_token : login.password}};
  }
  return out.dump();
}

int answer_credentials(std::string_view action, const sys::Environment& environment, std::istream& in,
                       std::ostream& out) {
  const auto answers = Json::parse(environment(helper_variable).value_or("{}"), nullptr, /*allow_exceptions=*/false);
  if (action == "list" && answers.is_object()) {
    auto names = Json::object();
    for (const auto& [server, login] : answers.items()) names[server] = login.at("Username");
    out << names.dump() << '\n';
    return 0;
  }
  std::string server;
  std::getline(in, server);
  const auto found = answers.is_object() ? answers.find(std::string(text::trim(server))) : answers.end();
  if (action != "get" || found == answers.end()) {
    out << nothing_known << '\n';
    return 1;
  }
  out << found->dump() << '\n';
  return 0;
}

}  // namespace polyarch::app
