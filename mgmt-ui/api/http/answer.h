#pragma once
// What a request is answered with, and the answers that many handlers give. Bodies are RabbitMQ's.

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgmt-ui/api/body/faults.h"

namespace coney::management {

class EventSubscription;

// A long body, written piece by piece while the client takes it: a client that is slow or stuck
// costs a piece, and others are served in between. Used by the management's thread.
class LongBody {
 public:
  virtual ~LongBody() = default;
  // Appends the next piece; false: that was the last.
  virtual bool write(std::string& to) = 0;
  // From now on things may change between two calls of write().
  virtual void keep() = 0;
};

struct Answer {
  unsigned status = 200;
  std::string body;
  std::string content_type;  // empty: no body
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;  // the connection ends with it
  // The body goes on with these until the client goes, and the connection ends.
  std::shared_ptr<EventSubscription> events{};
  // The body goes on with this.
  std::shared_ptr<LongBody> rest{};
  std::shared_ptr<const void> owner{};  // of what `rest` refers to
};

// Handlers call this once, on the management's thread.
using Respond = std::function<void(Answer)>;

Answer json_answer(const boost::json::value& body, unsigned status = 200);
// `json` is JSON already.
Answer json_text_answer(std::string json, unsigned status = 200);
// What `body` writes, from now on piece by piece.
Answer long_answer(std::string content_type, std::shared_ptr<LongBody> body);
// A body that turns out to be this short is sent whole, with its length in front.
inline constexpr std::size_t kShortBody = 256 * 1024;  // bytes
// Writes a body that is short in one go; of a longer one `rest` stays.
void complete_if_short(Answer& answer);
// Writes the rest of the body at once, for those who have no client that could be slow.
void complete(Answer& answer);
Answer empty_answer(unsigned status);
// 201 for what is new, 204 for what has been replaced.
Answer put_answer(bool existed);
inline Answer no_content() {
  return empty_answer(204);
}

// {"error": error, "reason": reason}
Answer error_answer(unsigned status, std::string_view error, const boost::json::value& reason);
Answer bad_request(const boost::json::value& reason);
// The reason of the first fault, and all of them under "errors".
Answer bad_request(const Faults& faults);
// What the path names does not exist.
Answer no_such_object();
// What the request needs does not exist: "vhost_not_found".
Answer not_found(std::string_view reason);
Answer not_authorised(std::string_view reason);
Answer out_of_memory();

}  // namespace coney::management
