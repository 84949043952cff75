// Every operation of the client meets every fault at every one of its requests, once and from then on.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <set>

#include "base/error.hpp"
#include "contract/fault_operations.hpp"
#include "contract/registries.hpp"
#include "registry/client.hpp"
#include "unit/http/fake_clock.hpp"
#include "unit/registry/fixture.hpp"

namespace polyarch::registry {
namespace {

using testing::Fault;
using testing::FaultProxy;
using testing::Operation;
using testing::World;
using testing::WrongBytes;

// Time passes only in waits; each wait lets a registry that was away come back.
class HookedClock final : public Clock {
 public:
  explicit HookedClock(FaultProxy& proxy) : proxy_(proxy) {}
  Wall wall() const override { return clock_.wall(); }
  Steady steady() const override { return clock_.steady(); }
  void sleep(std::chrono::milliseconds duration) override {
    clock_.sleep(duration);
    proxy_.time_passes();
  }
  std::chrono::milliseconds passed() const { return clock_.passed(); }

 private:
  FaultProxy& proxy_;
  testing::FakeClock clock_;
};

// How an operation may end: nullopt is success.
using Outcomes = std::set<std::optional<ErrorKind>>;
const Outcomes success{std::nullopt};
const Outcomes registry_error{ErrorKind::registry};
const Outcomes either{std::nullopt, ErrorKind::registry};

// A fault that a patient client outlives; `lasting`: how it ends when the fault does not go away.
Outcomes passing(bool always, ErrorKind lasting) {
  return always ? Outcomes{lasting} : success;
}

struct Case {
  const Operation& operation;
  Fault fault;
  bool always;
  // The request that meets the fault first.
  std::string method;
  enum class Role { bare, token, fresh, later } role;  // bare: before there is a token; fresh: just after
  std::size_t at;
};

bool uploads(const Operation& operation) {
  return operation.name.starts_with("push") || operation.name == "copy to";
}

bool works_side_by_side(const Operation& operation, FaultProxy::Login login) {
  return operation.name.starts_with("copy") || (operation.name == "promote" && login == FaultProxy::Login::bearer);
}

bool is_read(const Case& one) {
  return one.method == "GET" || one.method == "HEAD";
}

Outcomes expected_of_answer(const Case& one) {
  const bool reads = one.operation.reads != Operation::Reads::nothing;
  const bool lists = one.operation.reads == Operation::Reads::list;
  switch (one.fault) {
    case Fault::wrong_digest:
      return lists ? either : reads ? registry_error : either;
    case Fault::short_body:
    case Fault::long_body:
    case Fault::garbage:
      return reads ? registry_error : success;
    case Fault::endless_redirect:
      return passing(one.always, ErrorKind::network);
    case Fault::redirect_elsewhere:
      return is_read(one) ? Outcomes{ErrorKind::auth} : registry_error;
    case Fault::location_elsewhere:
      return {std::nullopt, ErrorKind::registry, ErrorKind::auth};
    case Fault::link_endless:
    case Fault::link_elsewhere:
    case Fault::link_nonsense:
      if (!lists) return success;
      if (one.fault == Fault::link_elsewhere) return {ErrorKind::registry, ErrorKind::auth};
      return one.fault == Fault::link_endless && !one.always ? either : registry_error;
    default:
      return success;
  }
}

bool spoils_content(Fault fault) {
  return fault == Fault::wrong_digest || fault == Fault::short_body || fault == Fault::long_body ||
         fault == Fault::garbage;
}

// What a token service makes different, whose answers are spoilt and refused, too. A password that it refuses is not
// tried again, nor is a token that was fetched for the request that is refused.
std::optional<Outcomes> expected_of_login(const Case& one) {
  using Role = Case::Role;
  if (one.fault == Fault::unauthorized) {
    const bool renews = one.role == Role::bare || one.role == Role::later;
    return renews && !one.always ? success : Outcomes{ErrorKind::auth};
  }
  if (!spoils_content(one.fault)) return std::nullopt;
  if (one.role == Role::bare && !one.always) return success;
  if (one.role == Role::bare || one.role == Role::token) return Outcomes{ErrorKind::registry, ErrorKind::auth};
  return std::nullopt;
}

Outcomes expected_of_request(const Case& one, FaultProxy::Login login) {
  if (login == FaultProxy::Login::bearer) {
    if (auto outcomes = expected_of_login(one)) return *outcomes;
  }
  switch (one.fault) {
    case Fault::refused:
    case Fault::reset_before:
    case Fault::stall:
      return passing(one.always, ErrorKind::network);
    case Fault::reset_in_body:
    case Fault::stall_in_body:
    case Fault::cut_body:
    case Fault::cut_upload: {
      auto outcomes = passing(one.always, ErrorKind::network);
      // Half of the rest each time: that gets to the end, too.
      if (one.always) outcomes.insert(std::nullopt);
      return outcomes;
    }
    case Fault::unauthorized:
      return passing(one.always, ErrorKind::auth);
    case Fault::lost_session:
      return one.always && uploads(one.operation) ? either : success;
    case Fault::too_many:
    case Fault::too_many_later:
    case Fault::status_500:
    case Fault::status_502:
    case Fault::status_503:
    case Fault::status_504:
      return passing(one.always, ErrorKind::registry);
    default:
      return expected_of_answer(one);
  }
}

// Promotion tells what became of every tag, and tries tags that were refused together once more, each by itself.
Outcomes expected(const Case& one, FaultProxy::Login login) {
  auto outcomes = expected_of_request(one, login);
  // Several requests go side by side: any of them may be the one, also the one that fetches a token.
  if (works_side_by_side(one.operation, login)) {
    for (const auto role : {Case::Role::bare, Case::Role::token, Case::Role::fresh, Case::Role::later}) {
      for (const auto* method : {"GET", "PUT"}) {
        auto other = one;
        other.role = role;
        other.method = method;
        outcomes.merge(expected_of_request(other, login));
      }
    }
  }
  if (one.operation.name != "promote") return outcomes;
  Outcomes out;
  for (const auto& end : outcomes) out.insert(end ? ErrorKind::publish : end);
  if (outcomes.contains(ErrorKind::auth)) out.insert(ErrorKind::auth);
  if (!one.always) out.insert(std::nullopt);
  return out;
}

// What a token service does by itself, or to those who come with a token.
bool concerns_login(Fault fault) {
  static const std::set<Fault> faults{Fault::unauthorized, Fault::refused, Fault::status_503, Fault::garbage,
                                      Fault::redirect_elsewhere};
  return faults.contains(fault);
}

struct FaultCase {
  Fault fault;
  std::string name;
};

std::string name_of(const std::optional<ErrorKind>& kind) {
  return kind ? std::string(describe(*kind).name) : "success";
}

class Faults : public ::testing::TestWithParam<FaultCase> {
 protected:
  struct End {
    std::optional<ErrorKind> kind;
    std::string message;
    std::vector<testing::Message> seen;
  };

  // A client that knows the registry and its own password; `at` < 0: nothing goes wrong.
  End run(const Operation& operation, Fault fault, int at, bool always, FaultProxy& proxy, World& world) {
    HookedClock clock(proxy);
    const bool stalls = fault == Fault::stall || fault == Fault::stall_in_body;
    http::TransportOptions options;
    if (stalls) options.idle_timeout = std::chrono::milliseconds(always ? 50 : 150);
    const http::RetryPolicy policy{.attempts = 4};
    const auto transport =
        http::with_redirects(http::with_retry(http::make_transport(std::move(options)), policy, clock));
    testing::FakeCredentials credentials({{proxy.authority(), {"me", std::string(FaultProxy::password), ""}}});
    Client client(*transport, credentials, {.resume = policy, .clock = &clock, .chunk = testing::fault_chunk});
    proxy.disarm();
    if (login_ == FaultProxy::Login::basic) client.ping(proxy.authority());
    proxy.arm(at < 0 ? Fault::none : fault, std::max(at, 0), always);
    End end;
    try {
      operation.run(client, world);
    } catch (const Error& error) {
      end.kind = error.kind();
      end.message = error.message();
    }
    end.seen = proxy.seen();
    EXPECT_LE(clock.passed(), std::chrono::seconds(240));
    return end;
  }

  void check(const Case& one, const End& end, const FaultProxy& proxy) {
    auto wanted = expected(one, login_);
    // Threads that share a token ask for it once or twice: the request need not have been reached.
    if (works_side_by_side(one.operation, login_) && end.seen.size() <= one.at) wanted.insert(std::nullopt);
    EXPECT_TRUE(wanted.contains(end.kind)) << "ended with " << name_of(end.kind) << ": " << end.message;
    EXPECT_LE(end.seen.size(), 80U);
    for (const auto& message : proxy.seen_elsewhere()) EXPECT_EQ(message.field("Authorization"), "") << message.head;
    EXPECT_EQ(end.message.find(FaultProxy::password), std::string::npos);
    const bool given_up = one.always && (end.kind == ErrorKind::network || wanted == Outcomes{ErrorKind::registry}) &&
                          expected_of_answer(one) == success;
    EXPECT_TRUE(!given_up || end.message.find("gave up after 4 attempts") != std::string::npos) << end.message;
  }

  void meet(const Operation& operation) {
    testing::EmbeddedRegistry registry;
    FaultProxy proxy(registry.authority(), login_);
    World world(registry.authority(), proxy);
    const auto clean = run(operation, Fault::none, -1, false, proxy, world);
    ASSERT_FALSE(clean.kind) << clean.message;
    for (std::size_t at = 0; at < clean.seen.size(); ++at) {
      const auto& request = clean.seen[at];
      for (const bool always : {false, true}) {
        SCOPED_TRACE(fmt::format("{}, request {} ({} {}), {}", operation.name, at, request.method(), request.target(),
                                 always ? "always" : "once"));
        const Case one{operation, GetParam().fault, always, request.method(), role(clean.seen, at), at};
        try {
          check(one, run(operation, one.fault, static_cast<int>(at), always, proxy, world), proxy);
        } catch (const WrongBytes& wrong) {
          ADD_FAILURE() << wrong.what();
        }
        proxy.disarm();
      }
    }
  }

  static Case::Role role(const std::vector<testing::Message>& seen, std::size_t at) {
    const auto fetches = [&](std::size_t number) { return seen[number].target().starts_with("/token"); };
    if (fetches(at)) return Case::Role::token;
    if (seen[at].field("Authorization").empty()) return Case::Role::bare;
    return at > 0 && fetches(at - 1) ? Case::Role::fresh : Case::Role::later;
  }

  FaultProxy::Login login_ = FaultProxy::Login::basic;
};

TEST_P(Faults, AreOutlivedOrReported) {
  for (const auto& operation : testing::operations()) meet(operation);
}

TEST_P(Faults, OfATokenServiceToo) {
  login_ = FaultProxy::Login::bearer;
  const auto operations = testing::operations();
  if (!concerns_login(GetParam().fault)) return meet(operations[2]);
  for (const auto& operation : operations) meet(operation);
}

INSTANTIATE_TEST_SUITE_P(
    All, Faults,
    ::testing::Values(FaultCase{Fault::refused, "Refused"}, FaultCase{Fault::reset_before, "ResetBefore"},
                      FaultCase{Fault::reset_in_body, "ResetInBody"}, FaultCase{Fault::cut_body, "CutBody"},
                      FaultCase{Fault::cut_upload, "CutUpload"}, FaultCase{Fault::stall, "Stall"},
                      FaultCase{Fault::stall_in_body, "StallInBody"}, FaultCase{Fault::unauthorized, "Unauthorized"},
                      FaultCase{Fault::too_many, "TooMany"}, FaultCase{Fault::too_many_later, "TooManyLater"},
                      FaultCase{Fault::status_500, "Status500"}, FaultCase{Fault::status_502, "Status502"},
                      FaultCase{Fault::status_503, "Status503"}, FaultCase{Fault::status_504, "Status504"},
                      FaultCase{Fault::lost_session, "LostSession"}, FaultCase{Fault::wrong_digest, "WrongDigest"},
                      FaultCase{Fault::short_body, "ShortBody"}, FaultCase{Fault::long_body, "LongBody"},
                      FaultCase{Fault::garbage, "Garbage"}, FaultCase{Fault::endless_redirect, "EndlessRedirect"},
                      FaultCase{Fault::redirect_elsewhere, "RedirectElsewhere"},
                      FaultCase{Fault::location_elsewhere, "LocationElsewhere"},
                      FaultCase{Fault::link_endless, "LinkEndless"}, FaultCase{Fault::link_elsewhere, "LinkElsewhere"},
                      FaultCase{Fault::link_nonsense, "LinkNonsense"}),
    [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace polyarch::registry
