#include "broker/exchange/exchange_type.h"

#include <gtest/gtest.h>

#include <set>

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

std::optional<ArgumentFault> declare(std::string_view type, const Table& arguments = {}) {
  return check_exchange_declare(*find_exchange_type(type), arguments);
}

std::optional<ArgumentFault> bind(std::string_view type, std::string_view key,
                                  std::string_view queue_type = "classic") {
  return check_binding(*find_exchange_type(type), {key, {}, queue_type});
}

TEST(ExchangeTypes, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const ExchangeType& type : exchange_types()) names.insert(type.name);
  EXPECT_EQ(names.size(), exchange_types().size());
}

TEST(ExchangeTypes, ImplementedTypesMakeAnEmptyIndex) {
  for (auto name : {"direct", "fanout", "topic", "headers", "x-consistent-hash", "x-modulus-hash",
                    "x-random", "x-local-random", "x-regex"}) {
    const ExchangeType* type = find_exchange_type(name);
    ASSERT_TRUE(type && type->implemented()) << name;
    EXPECT_TRUE(type->make_index({})->empty()) << name;
    EXPECT_FALSE(declare(name)) << name;
  }
}

TEST(ExchangeTypes, TypesWithoutRoutingAreNotImplemented) {
  EXPECT_EQ(declare("x-federation-upstream", {{"x-max-hops", Value::int64(1)}}),
            not_implemented("exchange type 'x-federation-upstream'"));
}

TEST(ExchangeTypes, NamesThatAreNotTypes) {
  for (auto name : {"foo", "x-jms-topic", ""}) {
    EXPECT_FALSE(find_exchange_type(name));
    EXPECT_EQ(unknown_exchange_type(name),
              precondition_failed("invalid exchange type '" + std::string(name) + "'"));
  }
  for (auto name : {"x-recent-history", "x-delayed-message", "bogus", "Direct"}) {
    EXPECT_FALSE(find_exchange_type(name));
    EXPECT_EQ(unknown_exchange_type(name),
              precondition_failed("unknown exchange type '" + std::string(name) + "'"));
  }
}

TEST(ExchangeTypes, ConsistentHashChecksItsArguments) {
  EXPECT_EQ(declare("x-consistent-hash", {{"hash-header", Value::int32(5)}}), internal_error());
  EXPECT_EQ(declare("x-consistent-hash", {{"hash-property", Value::text("zz")}}),
            precondition_failed("Unsupported property: zz"));
  EXPECT_EQ(declare("x-consistent-hash", {{"hash-header", Value::text("h")},
                                          {"hash-property", Value::text("message_id")}}),
            precondition_failed("hash-header and hash-property are mutually exclusive"));
}

TEST(ExchangeTypes, ConsistentHashWeightsArePositiveIntegers) {
  EXPECT_FALSE(bind("x-consistent-hash", "10"));
  EXPECT_FALSE(bind("x-consistent-hash", "123456789012345678901234567890"));
  EXPECT_EQ(bind("x-consistent-hash", "abc"),
            precondition_failed("The binding key must be an integer: <<\"abc\">>"));
  EXPECT_EQ(bind("x-consistent-hash", ""),
            precondition_failed("The binding key must be an integer: <<>>"));
  EXPECT_EQ(bind("x-consistent-hash", "0"),
            precondition_failed("The binding key must be greater than 0"));
  EXPECT_EQ(bind("x-consistent-hash", "-1"),
            precondition_failed("The binding key must be greater than 0"));
}

TEST(ExchangeTypes, LocalRandomTakesClassicQueuesWithoutKey) {
  EXPECT_FALSE(bind("x-local-random", ""));
  EXPECT_EQ(bind("x-local-random", "k"),
            precondition_failed("Non empty binding 'k' key not permitted"));
  EXPECT_EQ(bind("x-local-random", "", "quorum"),
            precondition_failed("Queue type rabbit_quorum_queue not valid for this exchange type"));
}

TEST(ExchangeTypes, FederationNeedsMaxHops) {
  EXPECT_EQ(declare("x-federation-upstream"), precondition_failed("Argument x-max-hops missing"));
  EXPECT_EQ(declare("x-federation-upstream", {{"x-max-hops", Value::text("1")}}),
            precondition_failed("Argument x-max-hops must be of type long"));
}

}  // namespace
}  // namespace coney
