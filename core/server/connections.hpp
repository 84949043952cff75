#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

// Connected sockets, below HTTP.
namespace polyarch::server {

// Whether bytes, or the end, have come in time. `patience` is asked again and again.
bool wait_for_request(int connection, const std::function<std::chrono::seconds()>& patience);

// Whether a client that has begun to speak uses TLS where plain HTTP is spoken, or the reverse. Clients try https
// first, and take an answer in plain HTTP for a hint to try http.
bool speaks_wrongly(int connection, bool tls);

// Ends what is sent, and throws away what still comes, for a second at most: to close with bytes unread would take the
// answer back.
void close_softly(int connection);

// Knows which connections are in the middle of a request, so that the others can be ended at any time. Safe for several
// threads.
class Connections {
 public:
  // False when no more requests are taken.
  bool set(int connection, bool busy);
  void forget(int connection);
  // From now on no more requests are taken. Waits up to `grace` for those under way.
  void end_idle(std::chrono::milliseconds grace);
  void end_all();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, bool> busy_;
  bool ending_ = false;
};

}  // namespace polyarch::server
