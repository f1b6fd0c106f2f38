#pragma once
// Exchange type "headers": a binding's arguments are compared with a message's headers. x-match
// says how: "all" (also when absent) and "any" ignore arguments whose name starts with "x-",
// "all-with-x" and "any-with-x" take every argument but x-match itself. A void argument asks only
// that the header exists. With nothing to compare, all matches every message and any none.

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
  struct Criterion {
    std::string key;
    char tag;
    std::string data;  // as on the wire
  };
  // Bindings with equal arguments are one pattern, compared once.
  struct Pattern {
    std::vector<Criterion> criteria;  // ascending by key
    bool any = false;
    DestinationSet destinations;
  };

  static Pattern compile(const amqp::Table& arguments);
  static bool matches(const Pattern& pattern, const HeaderList& headers);
  std::size_t place_for(Pattern pattern);

  std::vector<Pattern> patterns_;  // those without destinations are free
  std::vector<std::size_t> free_;
  TextMap<std::size_t> by_arguments_;  // encoded arguments to the place in patterns_
};

}  // namespace coney
