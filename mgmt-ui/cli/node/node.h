#pragma once
// A node as commands see it: requests of the HTTP API. What the node refuses is a failure with the
// reason that it gives; what it is asked for in vain (404) is told apart where commands want it.

#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgmt-ui/cli/output/outcome.h"

namespace coney::cli {

struct NodeRequest {
  std::string_view method = "GET";
  std::string target;  // path and query, encoded
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

struct NodeReply {
  unsigned status = 0;
  std::string body;
};

// How requests get there. Failure: no answer came.
class NodeLink {
 public:
  virtual ~NodeLink() = default;
  virtual Result<NodeReply> send(const NodeRequest& request) = 0;
  // An answer's body as it comes, until it ends or `most` has passed (none: however long); a
  // refusal has its body in the reply. Where answers come as a whole, this one does, too.
  virtual Result<NodeReply> follow(const NodeRequest& request,
                                   std::optional<std::chrono::milliseconds> most,
                                   const std::function<void(std::string_view)>& take);
};

class Node {
 public:
  explicit Node(std::unique_ptr<NodeLink> link) : link_(std::move(link)) {}

  // Null: there is no such thing.
  Result<boost::json::value> find(const std::string& path);
  // What is not there is a failure, too.
  Result<boost::json::value> get(const std::string& path);
  Result<std::vector<boost::json::object>> list(const std::string& path);
  Result<void> put(const std::string& path, const boost::json::value& body);
  // The answer's body, null when it has none.
  Result<boost::json::value> post(const std::string& path, const boost::json::value& body);
  // False: there was no such thing.
  Result<bool> remove(const std::string& path, std::string_view reason = {});
  // Any answer below 300 as it came.
  Result<NodeReply> send(const NodeRequest& request);

  // See NodeLink::follow().
  Result<void> follow(const std::string& path, std::optional<std::chrono::milliseconds> most,
                      const std::function<void(std::string_view)>& take);

  // False: of a command that needs no node.
  bool has_link() const { return link_ != nullptr; }
  // The name of the node at the other end.
  Result<std::string> name();

 private:
  std::unique_ptr<NodeLink> link_;
  std::optional<std::string> name_;
};

// "/api/" and the parts, each encoded.
std::string api_path(std::initializer_list<std::string_view> parts);

// The node's reason in a sentence.
Failure refusal(const NodeReply& reply);

}  // namespace coney::cli
