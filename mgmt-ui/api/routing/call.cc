#include "mgmt-ui/api/routing/call.h"

#include <boost/json.hpp>
#include <cassert>

namespace coney::management {

const std::string& Call::name(std::string_view wanted) const {
  for (const auto& [name, segment] : names) {
    if (name == wanted) return request.path[segment];
  }
  assert(false && "a name that is not in the pattern");
  static const std::string kNone;
  return kNone;
}

bool Call::sees(std::string_view vhost) const {
  return caller.is_monitoring() || catalog().has_access(caller.name, vhost);
}

bool Call::allowed(std::string_view vhost, Access access, std::string_view resource) const {
  return caller.is_local || catalog().allowed(caller.name, vhost, access, resource);
}

Reply submit(Call& call, TopologyCommand command, MakeAnswer make) {
  return Later([&call, command = std::move(command), make = std::move(make)](Respond respond) {
    call.services.submit(command, [make, respond = std::move(respond)](TopologyAnswer answer) {
      respond(make(answer));
    });
  });
}

Reply carry_out(Call& call, TopologyCommand command, MakeAnswer make) {
  return submit(call, std::move(command), [make = std::move(make)](const TopologyAnswer& answer) {
    if (answer.refused || answer.error) return refusal_answer(answer);
    return make ? make(answer) : put_answer(answer.existed);
  });
}

Answer refusal_answer(const TopologyAnswer& answer) {
  if (answer.error) return error_answer(*answer.error);
  const Refusal& refusal = *answer.refused;
  switch (refusal.kind) {
    case Refusal::Kind::kNoVhost:
      return not_found("vhost_not_found");
    case Refusal::Kind::kNotFound:
      return no_such_object();
    case Refusal::Kind::kProtected:
      return error_answer(412, "precondition_failed", boost::json::string(refusal.text));
    case Refusal::Kind::kNoUser:
      return bad_request(boost::json::array{"no_such_user", refusal.subject});
    case Refusal::Kind::kNoExchange:
      return bad_request(boost::json::array{"no_such_exchange", refusal.subject});
    default:
      return bad_request(boost::json::string(refusal.text));
  }
}

// Over AMQP it would have been a channel.close.
Answer error_answer(const ProtocolError& error) {
  const boost::json::string text(error.text);
  switch (error.code) {
    case ReplyCode::kNotFound:
      return error_answer(404, "not_found", text);
    case ReplyCode::kAccessRefused:
      return not_authorised("Access refused.");
    case ReplyCode::kInternalError:
      return error_answer(500, "internal_error", text);
    default:
      return bad_request(text);
  }
}

}  // namespace coney::management
