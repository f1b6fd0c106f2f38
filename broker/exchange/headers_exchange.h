#pragma once
// Exchange type "headers": a binding's arguments are compared with a message's headers. x-match
// says how: "all" (also when absent) and "any" ignore arguments whose name starts with "x-",
// "all-with-x" and "any-with-x" take every argument but x-match itself. A void argument asks only
// that the header exists. With nothing to compare, all matches every message and any none.
//
// Bindings with equal arguments form one pattern. A pattern is filed under header values that a
// message must have to match it, so a message is compared with few of them, not with all.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/arguments/argument_fault.h"
#include "broker/exchange/binding_index.h"
#include "broker/exchange/destination_set.h"
#include "broker/exchange/text_map.h"
#include "broker/message/header_value.h"

namespace coney {

class HeadersExchange final : public BindingIndex {
 public:
  static std::unique_ptr<BindingIndex> make(const amqp::Table& exchange_arguments);
  // The fault of an x-match that is not one of the four words.
  static std::optional<ArgumentFault> check_arguments(const amqp::Table& binding_arguments);

  void add(std::string_view routing_key, const amqp::Table& arguments,
           DestinationIndex destination) override;
  void remove(std::string_view routing_key, const amqp::Table& arguments,
              DestinationIndex destination) override;
  void match(std::string_view routing_key, std::string_view headers,
             std::vector<DestinationIndex>& out) const override;
  bool empty() const override { return by_arguments_.empty(); }

 private:
  using PatternId = std::uint32_t;
  using Places = std::vector<std::uint64_t>;

  struct Criterion {
    std::string key;
    char tag;
    std::string data;  // as on the wire

    HeaderValue value() const { return {tag, data}; }
    // Where patterns are filed that a header can match only by meeting this criterion.
    std::uint64_t place() const;
  };
  struct Pattern {
    std::vector<Criterion> criteria;  // ascending by key
    bool any = false;
    // all: the place of one criterion. any: those of all of them.
    Places places;
    DestinationSet destinations;
  };

  static Pattern compile(const amqp::Table& arguments);
  static bool matches(const Pattern& pattern, const HeaderList& headers);
  PatternId file(Pattern pattern);
  Places choose_places(const Pattern& pattern) const;
  void take_out(PatternId id);
  void match_place(std::uint64_t place, const HeaderList& headers,
                   std::vector<DestinationIndex>& out) const;

  std::vector<Pattern> patterns_;
  std::vector<PatternId> free_;
  TextMap<PatternId> by_arguments_;  // by encoded arguments
  boost::unordered_flat_map<std::uint64_t, std::vector<PatternId>> by_place_;
};

}  // namespace coney
