#pragma once
// The HTTP API without HTTP: requests in, answers out. A request comes in two parts, so that its
// body is taken only from whom it may be taken from, and only as much as the endpoint reads:
//
//   auto admitted = api.admit(head);                  // an answer, or a call that may go on
//   call->request.body = ...;                         // at most max_body bytes
//   api.carry_out(std::move(call), respond);          // respond is called once, maybe at once
//
// Used by the management's thread; everything given outlives the answers.

#include <chrono>
#include <memory>
#include <variant>

#include "mgmt-ui/api/access/gate.h"
#include "mgmt-ui/api/directory/snapshots.h"
#include "mgmt-ui/api/routing/route_table.h"

namespace coney::management {

class Api {
 public:
  using Now = std::chrono::steady_clock::time_point (*)();
  Api(const Directory& directory, Services& services, RouteTable routes,
      Now now = std::chrono::steady_clock::now);

  struct Admitted {
    std::shared_ptr<Call> call;
    Handler handler;
    std::size_t max_body;
    std::string allow;
  };
  // Route, method, login, tags and vhost. `head`: all but path, query and body.
  std::variant<Answer, Admitted> admit(Request head);
  void carry_out(Admitted admitted, Respond respond);

  // Once a second.
  void tick() { snapshots_.tick(); }

  // Lets go of requests that wait for something of its own. REQUIRES: none comes any more.
  void stop() { snapshots_.forget(); }

  const RouteTable& routes() const { return routes_; }

 private:
  std::variant<Answer, Admitted> admit_to(const Route& route, Request& request);
  std::optional<Answer> check_method(const Route& route, const Request& request) const;
  Answer outside(const Request& request) const;
  bool strip_prefix(Request& request) const;
  void decorate(const Request& request, Answer& answer) const;
  void add_cors(const Request& request, Answer& answer) const;

  const Directory& directory_;
  Services& services_;
  RouteTable routes_;
  Gate gate_;
  Snapshots snapshots_;
  Now now_;
};

}  // namespace coney::management
