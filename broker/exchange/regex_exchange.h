#pragma once
// Exchange type "x-regex", Coney's own: a binding's key is a regular expression (RE2's syntax) that
// a message's whole routing key has to match. As for topic patterns nothing is implied in front or
// behind: "order" matches "order" alone, "order.*" every key that starts so, ".*" everything. '.'
// is any character, the line feed too; characters are those of UTF-8. RE2 needs time linear in the
// key, whatever the expression.
//
// Expressions are matched many at once: kBlock of them form one automaton. The latest are matched
// one by one until there are enough for the next block, so that a binding costs little.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/exchange/binding_index.h"
#include "broker/exchange/destination_set.h"
#include "broker/exchange/exchange_type.h"
#include "broker/exchange/text_map.h"

namespace re2 {
class RE2;
}

namespace coney {

// The key is an expression of RE2 whose program is not too large (some hundred states).
std::optional<ArgumentFault> check_regex_binding(const BindingCheck& binding);

class RegexExchange final : public BindingIndex {
 public:
  static constexpr std::size_t kBlock = 128;

  static std::unique_ptr<BindingIndex> make(const amqp::Table& exchange_arguments);
  RegexExchange();
  ~RegexExchange() override;

  void add(std::string_view routing_key, const amqp::Table& arguments,
           DestinationIndex destination) override;
  void remove(std::string_view routing_key, const amqp::Table& arguments,
              DestinationIndex destination) override;
  void match(std::string_view routing_key, std::string_view headers,
             std::vector<DestinationIndex>& out) const override;
  bool empty() const override { return by_expression_.empty(); }

 private:
  using PatternId = std::uint32_t;
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Block;
  struct Pattern {
    std::string expression;
    DestinationSet destinations;
    // Made when it is needed: of patterns in no block, and where memory for a block's automaton is
    // short.
    mutable std::unique_ptr<re2::RE2> alone;
    std::uint32_t block = kNone;  // its number; kNone: among the latest
  };

  void match_alone(const Pattern& pattern, std::string_view routing_key,
                   std::vector<DestinationIndex>& out) const;
  void match_block(const Block& block, std::string_view routing_key,
                   std::vector<DestinationIndex>& out) const;
  void file(PatternId id);
  void seal_block();
  void take_out(PatternId id);
  void dissolve_block(std::uint32_t number);

  std::vector<Pattern> patterns_;
  std::vector<PatternId> free_;
  TextMap<PatternId> by_expression_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<PatternId> latest_;
};

}  // namespace coney
