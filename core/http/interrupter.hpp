#pragma once
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "sys/cancel.hpp"

namespace polyarch::http {

class WatchedSocket;

// Once the run is cancelled, a thread of its own shuts every watched socket down, wherever its owner waits: in connect,
// handshake, read or write. Before, it shuts down those whose deadline has passed.
class Interrupter {
 public:
  explicit Interrupter(const sys::Cancel* cancel);  // nullptr: there are but the deadlines
  ~Interrupter();                                   // every WatchedSocket must be gone
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;

 private:
  friend class WatchedSocket;
  void watch();
  template <class Condition>
  void shut_down(Condition which);

  const sys::Cancel* cancel_;
  int stop_;  // eventfd that ends the thread
  std::mutex mutex_;
  std::set<WatchedSocket*> sockets_;
  std::thread thread_;
};

// One connection's socket, known to the interrupter for as long as this lives. It keeps a duplicate of the descriptor,
// so that a shutdown never meets a number that the system has given to another file.
class WatchedSocket {
 public:
  explicit WatchedSocket(Interrupter& interrupter);
  ~WatchedSocket();
  WatchedSocket(const WatchedSocket&) = delete;
  WatchedSocket& operator=(const WatchedSocket&) = delete;

  void replace(int descriptor);

  static constexpr auto never = std::chrono::steady_clock::time_point::max();
  // Within half a second after `deadline` the socket is shut down, unless that has been put off meanwhile.
  void set_deadline(std::chrono::steady_clock::time_point deadline);

 private:
  friend class Interrupter;
  Interrupter& interrupter_;
  int duplicate_ = -1;
  std::chrono::steady_clock::time_point deadline_ = never;
};

}  // namespace polyarch::http
