#include "mgmt-ui/api/events/json_delta.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

namespace coney::management {
namespace {

namespace json = boost::json;

// What a listener does with a delta (docs/http-api.md).
json::value applied(const json::value& before, const json::object& delta) {
  if (const json::value* is = delta.if_contains("is")) return *is;
  json::value after = before;
  if (const json::value* rows = delta.if_contains("rows")) {
    json::array list;
    for (const json::value& row : rows->as_array()) {
      if (row.is_object()) {
        list.push_back(row.at("row"));
        continue;
      }
      const auto from = row.at(0).to_number<std::size_t>();
      for (std::size_t n = 0; n != row.at(1).to_number<std::size_t>(); ++n) {
        list.push_back(before.as_array().at(from + n));
      }
    }
    after = std::move(list);
  }
  if (const json::value* set = delta.if_contains("set")) {
    for (const auto& [key, value] : set->as_object()) after.as_object()[key] = value;
  }
  if (const json::value* cut = delta.if_contains("cut")) {
    for (const json::value& key : cut->as_array()) after.as_object().erase(key.as_string());
  }
  if (const json::value* inner = delta.if_contains("in")) {
    for (const auto& [key, value] : inner->as_object()) {
      json::value& at = after.is_array() ? after.as_array().at(std::stoul(std::string(key)))
                                         : after.as_object().at(key);
      at = applied(at, value.as_object());
    }
  }
  return after;
}

std::string delta_of(std::string_view before, std::string_view after) {
  const json::value from = json::parse(before), to = json::parse(after);
  const json::object delta = json_delta(from, to);
  EXPECT_EQ(applied(from, delta), to) << json::serialize(delta);
  return json::serialize(delta);
}

TEST(JsonDelta, OfWhatIsTheSameIsEmpty) {
  EXPECT_EQ(delta_of(R"({"a":[1,{"b":null}]})", R"({"a":[1,{"b":null}]})"), "{}");
  EXPECT_EQ(delta_of("7", "7"), "{}");
}

TEST(JsonDelta, HasOnlyTheFieldsThatChange) {
  EXPECT_EQ(delta_of(R"({"a":1,"b":{"c":2,"d":3},"e":4})", R"({"a":1,"b":{"c":2,"d":null},"f":5})"),
            R"({"set":{"f":5},"cut":["e"],"in":{"b":{"set":{"d":null}}}})");
}

TEST(JsonDelta, RowsThatMoveAreNotSentAgain) {
  EXPECT_EQ(delta_of(R"([{"name":"a","n":1},{"name":"b","n":1},{"name":"c","n":1}])",
                     R"([{"name":"c","n":2},{"name":"a","n":1},{"name":"b","n":1},{"name":"d"}])"),
            R"({"rows":[[2,1],[0,2],{"row":{"name":"d"}}],"in":{"0":{"set":{"n":2}}}})");
}

TEST(JsonDelta, RowsOfOneNameInTwoVhostsAreTwo) {
  EXPECT_EQ(delta_of(R"([{"name":"a","vhost":"x","n":1},{"name":"a","vhost":"y","n":2}])",
                     R"([{"name":"a","vhost":"y","n":2}])"),
            R"({"rows":[[1,1]]})");
}

TEST(JsonDelta, SamplesThatMoveOnCostOneSample) {
  EXPECT_EQ(delta_of(R"([{"sample":3,"timestamp":30},{"sample":2,"timestamp":20}])",
                     R"([{"sample":4,"timestamp":40},{"sample":3,"timestamp":30}])"),
            R"({"rows":[{"row":{"sample":4,"timestamp":40}},[0,1]]})");
}

TEST(JsonDelta, OtherKindsOfValueReplaceEachOther) {
  EXPECT_EQ(delta_of(R"({"a":[1]})", R"({"a":{}})"), R"({"set":{"a":{}}})");
  EXPECT_EQ(delta_of("[1,2,3]", "[1,4]"), R"({"rows":[[0,2]],"in":{"1":{"is":4}}})");
  EXPECT_EQ(delta_of("[1]", "null"), R"({"is":null})");
}

json::value random_value(std::mt19937& random, int depth) {
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  switch (depth == 0 ? below(2) : below(4)) {
    case 0:
      return below(3);
    case 1:
      return nullptr;
    case 2: {
      json::object object;
      for (unsigned n = below(4); n != 0; --n) {
        constexpr std::string_view kKeys[] = {"name", "vhost", "a", "timestamp"};
        object[kKeys[below(4)]] = random_value(random, depth - 1);
      }
      return object;
    }
    default: {
      json::array list;
      for (unsigned n = below(5); n != 0; --n) list.push_back(random_value(random, depth - 1));
      return list;
    }
  }
}

TEST(JsonDelta, LeadsFromAnyValueToAnyOther) {
  std::mt19937 random(1);
  for (int n = 0; n != 20'000; ++n) {
    const json::value before = random_value(random, 4), after = random_value(random, 4);
    const json::object delta = json_delta(before, after);
    ASSERT_EQ(applied(before, delta), after)
        << json::serialize(before) << " " << json::serialize(delta);
  }
}

}  // namespace
}  // namespace coney::management
