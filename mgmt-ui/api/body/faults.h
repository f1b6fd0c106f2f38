#pragma once
// Everything that is wrong with the body of a request: where (RFC 6901) and why. The reason is JSON
// because RabbitMQ's are: a text, or a list such as ["not_boolean", "maybe"].

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace coney::management {

struct Fault {
  std::string pointer;  // empty: the whole body
  boost::json::value reason;
};

class Faults {
 public:
  void report(std::string pointer, boost::json::value reason);
  // RabbitMQ's text of keys that are not there: "[{key_missing,name}]".
  void report_missing(std::string_view key);

  bool any() const { return !faults_.empty(); }
  const std::vector<Fault>& all() const { return faults_; }
  // What RabbitMQ, which stops at the first, would say.
  boost::json::value reason() const;

 private:
  std::vector<Fault> faults_;
  std::string missing_;  // "{key_missing,a},{key_missing,b}"
};

// "/" and the key, escaped.
std::string json_pointer(std::string_view key);

}  // namespace coney::management
