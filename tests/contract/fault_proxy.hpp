#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "contract/message.hpp"

namespace polyarch::testing {

enum class Fault {
  none,
  refused,         // nobody listens
  reset_before,    // the request arrives, and the connection is reset
  reset_in_body,   // half of the answer, then a reset
  cut_body,        // half of the answer's body, then an orderly end
  cut_upload,      // half of the request's body reaches the registry, then a reset
  stall,           // no answer
  stall_in_body,   // half of the answer, then silence
  unauthorized,    // 401
  too_many,        // 429
  too_many_later,  // 429 with Retry-After
  status_500,
  status_502,
  status_503,
  status_504,
  lost_session,  // 404, and the upload is gone
  wrong_digest,  // one byte of the answer's body is another, and so is the digest that it names
  short_body,    // half of the body, as if that were all
  long_body,     // more than the body
  garbage,       // no JSON
  endless_redirect,
  redirect_elsewhere,
  location_elsewhere,
  link_endless,
  link_elsewhere,
  link_nonsense,
};

// A TCP server on loopback that can refuse connections without giving up its port.
class Door {
 public:
  Door();
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  void open();
  void close();
  int accept_one();  // -1: the door is closed
  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int make() const;
  int port_ = 0;
  int holder_ = -1;  // bound, never listening
  std::atomic<int> listener_ = -1;
  std::vector<int> retired_;
};

// Stands between a client and a registry, asks for a password or a token of its own, and lets one request, or all from
// one on, meet a fault. Every connection serves one request.
class FaultProxy {
 public:
  static constexpr std::string_view password = "correct-horse";
  enum class Login { basic, bearer };

  FaultProxy(std::string backend, Login login);
  ~FaultProxy();

  std::string authority() const { return door_.authority(); }
  // Request number `at` from now on (from 0) meets `fault`, and, if `always`, each after it.
  void arm(Fault fault, int at, bool always);
  void disarm() { arm(Fault::none, 0, false); }
  // Ends a refusal that is not for always.
  void time_passes();
  // What arrived since arm().
  std::vector<Message> seen() const;
  // What arrived at the other origin.
  std::vector<Message> seen_elsewhere() const;

 private:
  void accept_all();
  void accept_elsewhere();
  void serve(int client);
  void answer(int client, const Message& request, Fault fault);
  Message forward(const Message& request) const;
  void cut_upload(const Message& request) const;
  Message spoil(Message answer, const Message& request, Fault fault) const;
  bool admitted(const Message& request) const;
  Fault count(const Message& request);

  std::string backend_;
  Login login_;
  Door door_;
  Door elsewhere_;
  mutable std::mutex mutex_;
  Fault fault_ = Fault::none;
  int at_ = 0;
  bool always_ = false;
  std::atomic<bool> stopping_ = false;
  std::vector<Message> seen_;
  std::vector<Message> seen_elsewhere_;
  std::thread acceptor_;
  std::thread elsewhere_acceptor_;
};

}  // namespace polyarch::testing
