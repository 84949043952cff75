#pragma once
#include <mutex>
#include <set>
#include <thread>

#include "sys/cancel.hpp"

namespace polyarch::http {

class WatchedSocket;

// Once the run is cancelled, a thread of its own shuts every watched socket down, wherever its owner waits: in connect,
// handshake, read or write. Without a cancel it does nothing.
class Interrupter {
 public:
  explicit Interrupter(const sys::Cancel* cancel);
  ~Interrupter();  // every WatchedSocket must be gone
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;

 private:
  friend class WatchedSocket;
  void watch();
  void shut_down_all();

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

 private:
  friend class Interrupter;
  Interrupter& interrupter_;
  int duplicate_ = -1;
};

}  // namespace polyarch::http
