#pragma once
// One HTTP request as handlers see it: plain values, nothing of the server that took it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coney::management {

enum class Method : std::uint8_t { kGet, kHead, kPut, kPost, kDelete, kOptions, kOther };

// Who is at the other end of the connection.
struct Peer {
  std::string address;  // numeric; empty for a local socket
  // A local socket's: the operating system vouches for its user, who may do everything.
  std::optional<std::string> local_user{};
};

// Names and values, percent-decoded, in the order of the request.
using Query = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::kGet;
  std::string target;                                        // as it came, with the query
  std::vector<std::string> path;                             // its segments, percent-decoded
  Query query;                                               // of the target
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  Peer peer;

  // Empty when there is none. `name` in lower case.
  std::string_view header(std::string_view name) const;
  // The first of the name; none when there is none.
  std::optional<std::string_view> parameter(std::string_view name) const;
  // "true"
  bool flag(std::string_view name) const { return parameter(name) == "true"; }
};

// Fills path and query from target; one slash at the end of the path counts for nothing. False:
// the target is not well-formed (no leading slash, a broken % sequence, control characters).
bool parse_target(Request& request);

// %41 becomes A; with `form`, + becomes a space. None: a broken % sequence, or not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool form);
// All but letters, digits, - _ . and ~ become %XX.
std::string percent_encode(std::string_view text);
// The pairs of a query or of a form; none: a broken % sequence.
std::optional<Query> parse_query(std::string_view text);

}  // namespace coney::management
