#pragma once
// Which messages of a queue a request is about: what its query says of routing key, exchange,
// headers, properties, age and body. Text is compared as it is, a body has it somewhere; with
// use_regex the expressions are searched, in time linear in the text.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/queue/browsing.h"
#include "mgmt-ui/api/body/faults.h"
#include "mgmt-ui/api/http/request.h"

namespace re2 {
class RE2;
}

namespace coney::management {

class TextMatch {
 public:
  enum class Kind : std::uint8_t { kEqual, kContained, kExpression };

  // None: it is no expression, or too long for one.
  static std::optional<TextMatch> make(std::string text, Kind kind);
  bool matches(std::string_view text) const;

 private:
  std::string text_;
  Kind kind_ = Kind::kEqual;
  std::shared_ptr<const re2::RE2> expression_;
};

class MessageFilter {
 public:
  // What is wrong becomes a fault of its parameter.
  static MessageFilter parse(const Request& request, Faults& faults);

  // Nothing is asked for: all match.
  bool is_empty() const;
  bool matches(const BrowsedMessage& message) const;
  // Bytes that matching has to read of a message, roughly.
  std::size_t cost(const Message& message) const {
    return 128 + message.header().size() + (body_ ? message.body().size() : 0);
  }

 private:
  struct Named {
    std::string name;
    std::optional<TextMatch> value;  // none: whatever it is
  };

  bool matches_age(const std::optional<std::uint64_t>& age) const;
  bool matches_properties(const Message& message) const;

  std::optional<TextMatch> routing_key_, exchange_, body_;
  std::vector<Named> headers_, properties_;
  std::optional<double> least_age_, most_age_;  // seconds
};

}  // namespace coney::management
