#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string>
#include <thread>
#include <vector>

#include "unit/http/listener.hpp"

namespace polyarch::testing {

// A key and a certificate for one name, signed by itself.
class Identity {
 public:
  // `name`: as a subjectAltName says it, "DNS:r.example" or "IP:127.0.0.1".
  explicit Identity(const std::string& name)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509* x509 = certificate_.get();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key_.get());
    X509_NAME* subject = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(x509, subject);
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
    X509_add_ext(x509, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x509, key_.get(), EVP_sha256());
  }

  void write(const std::filesystem::path& path) const {
    FILE* file = fopen(path.c_str(), "w");
    PEM_write_X509(file, certificate_.get());
    fclose(file);
  }
  void write_key(const std::filesystem::path& path) const {
    FILE* file = fopen(path.c_str(), "w");
    PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    fclose(file);
  }
  EVP_PKEY* key() const { return key_.get(); }
  X509* certificate() const { return certificate_.get(); }

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

// Answers one request a connection with status 200 over TLS; as a proxy, after a CONNECT that comes first.
class TlsServer {
 public:
  TlsServer(const Identity& identity, bool proxy)
      : proxy_(proxy), context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), thread_([this] { run(); }) {
    SSL_CTX_use_certificate(context_.get(), identity.certificate());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key());
  }
  ~TlsServer() {
    listener_.stop();
    thread_.join();
  }

  // From now on only who shows this certificate is served.
  void admit_only(const Identity& client) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), client.certificate());
  }

  int port() const { return listener_.port(); }
  // The heads of requests: of the CONNECT, then of what came through TLS.
  std::vector<std::string> heads() const {
    const std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  template <class Read>
  bool read_head(Read read) {
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n")) {
      if (read(&c) != 1) return false;
      head += c;
    }
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
    return true;
  }

  void run() {
    for (int peer = listener_.accept_one(); peer >= 0; peer = listener_.accept_one()) {
      serve(peer);
      close(peer);
    }
  }

  void serve(int peer) {
    if (proxy_) {
      if (!read_head([peer](char* c) { return recv(peer, c, 1, 0); })) return;
      const std::string opened = "HTTP/1.1 200 Connection established\r\n\r\n";
      send(peer, opened.data(), opened.size(), MSG_NOSIGNAL);
    }
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl.get(), peer);
    if (SSL_accept(ssl.get()) != 1) return;
    if (!read_head([&](char* c) { return SSL_read(ssl.get(), c, 1); })) return;
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret";
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(ssl.get());
  }

  bool proxy_;
  Listener listener_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::shared_ptr<SSL_CTX> context_;
  std::thread thread_;
};

}  // namespace polyarch::testing
