#include "contract/token_service.hpp"

#include <chrono>
#include <fmt/core.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

namespace polyarch::testing {
namespace {

std::string base64url(std::string_view bytes) {
  auto out = text::replace_all(text::replace_all(text::base64_encode(bytes), "+", "-"), "/", "_");
  while (out.ends_with('=')) out.pop_back();
  return out;
}

std::vector<std::string> parameters(const std::string& query, std::string_view name) {
  std::vector<std::string> found;
  for (const auto part : text::split(query, '&')) {
    const auto pair = text::cut(part, '=');
    if (!pair || pair->first != name) continue;
    found.push_back(http::percent_decode(text::replace_all(pair->second, "+", " ")).value_or(""));
  }
  return found;
}

Json access_of(const std::string& query, bool reads_only) {
  auto access = Json::array();
  for (const auto& scopes : parameters(query, "scope")) {
    for (const auto scope : text::split(scopes, ' ')) {
      const auto parts = text::split(scope, ':');
      if (parts.size() != 3) continue;
      auto actions = Json::array();
      for (const auto action : text::split(parts[2], ',')) {
        if (!reads_only || action == "pull") actions.push_back(action);
      }
      access.push_back({{"type", parts[0]}, {"name", parts[1]}, {"actions", actions}});
    }
  }
  return access;
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

// JWTs want the two numbers of a signature one after the other, not OpenSSL's DER.
std::string plain_signature(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  std::string out(64, '\0');
  auto* numbers = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), numbers, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), numbers + 32, 32);
  ECDSA_SIG_free(signature);
  return out;
}

}  // namespace

TokenService::TokenService(const Identity& signer, std::string username, std::string password)
    : signer_(signer), username_(std::move(username)), password_(std::move(password)), thread_([this] { run(); }) {}

TokenService::~TokenService() {
  listener_.stop();
  thread_.join();
}

std::vector<Message> TokenService::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void TokenService::run() {
  for (int client = listener_.accept_one(); client >= 0; client = listener_.accept_one()) {
    Message request;
    if (read_message(client, request, false)) {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      write_all(client, answer(request).bytes());
    }
    close(client);
  }
}

Message TokenService::answer(const Message& request) const {
  const bool trade = request.method() == "POST";
  const auto target = request.target();
  const auto query = trade ? request.body : target.substr(std::min(target.find('?') + 1, target.size()));
  const auto basic = [&](const std::string& name) { return "Basic " + text::base64_encode(name + ":" + password_); };
  const auto shown = request.field("Authorization");
  const bool reads_only = !trade && shown == basic(reader);
  const bool admitted = trade ? parameters(query, "refresh_token") == std::vector<std::string>{refresh_token}
                              : reads_only || shown == basic(username_);
  if (!admitted) return make_reply(401, "Connection: close", R"({"details":"wrong user or password"})");
  const Json body{{trade ? "access_token" : "token", issue(query, reads_only)}, {"expires_in", 300}};
  return make_reply(200, "Connection: close\r\nContent-Type: application/json", body.dump());
}

std::string TokenService::issue(const std::string& query, bool reads_only) const {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const Json header{
      {"typ", "JWT"}, {"alg", "ES256"}, {"x5c", Json::array({text::base64_encode(der_of(signer_.certificate()))})}};
  const Json claims{{"iss", issuer},   {"sub", username_}, {"aud", audience}, {"exp", now + 300},
                    {"nbf", now - 10}, {"iat", now},       {"jti", "one"},    {"access", access_of(query, reads_only)}};
  const auto signed_part = base64url(header.dump()) + "." + base64url(claims.dump());
  return signed_part + "." + base64url(sign(signed_part));
}

std::string TokenService::sign(const std::string& text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, signer_.key());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes, text.size());
  std::string der(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(der.data()), &size, bytes, text.size());
  EVP_MD_CTX_free(context);
  der.resize(size);
  return plain_signature(der);
}

}  // namespace polyarch::testing
