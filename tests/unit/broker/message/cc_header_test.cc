#include "broker/message/cc_header.h"

#include <gtest/gtest.h>

#include "amqp/table.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;
using Keys = std::vector<std::string_view>;

std::string encode(const Table& headers) {
  std::string out;
  amqp::encode_table(out, headers);
  return out.substr(4);
}

Value list(std::initializer_list<std::string_view> keys) {
  amqp::Array array;
  for (auto key : keys) array.push_back(Value::text(key));
  return Value::array(std::move(array));
}

TEST(CarbonCopies, CcThenBcc) {
  std::string headers =
      encode({{"BCC", list({"c"})}, {"CC", list({"a", "b"})}, {"x", Value::int32(1)}});
  auto copies = read_carbon_copies(headers).value();
  EXPECT_EQ(copies.routing_keys, (Keys{"a", "b", "c"}));
  EXPECT_TRUE(copies.has_bcc);
}

TEST(CarbonCopies, NoneWithoutTheHeaders) {
  EXPECT_TRUE(read_carbon_copies("").value().routing_keys.empty());
  auto copies = read_carbon_copies(encode({{"cc", list({"a"})}})).value();
  EXPECT_TRUE(copies.routing_keys.empty());
  EXPECT_FALSE(copies.has_bcc);
}

TEST(CarbonCopies, ItemsThatAreNoStringsArePassedOver) {
  std::string headers = encode(
      {{"CC", Value::array({Value::text("a"), Value::int32(5), list({"z"}), Value::text("b")})}});
  EXPECT_EQ(read_carbon_copies(headers).value().routing_keys, (Keys{"a", "b"}));
}

TEST(CarbonCopies, MustBeLists) {
  auto text = [](const Table& headers) { return read_carbon_copies(encode(headers)).error().text; };
  EXPECT_EQ(text({{"CC", Value::text("q")}}),
            "invalid message: {unacceptable_type_in_header,\"CC\",longstr}");
  EXPECT_EQ(text({{"BCC", Value::void_value()}}),
            "invalid message: {unacceptable_type_in_header,\"BCC\",void}");
  EXPECT_EQ(text({{"BCC", Value::int32(1)}, {"CC", Value::int64(1)}}),
            "invalid message: {unacceptable_type_in_header,\"CC\",long}");
}

TEST(CarbonCopies, TheFirstOfEqualHeadersCounts) {
  std::string headers = encode({{"CC", list({"a"})}, {"CC", Value::text("b")}});
  EXPECT_EQ(read_carbon_copies(headers).value().routing_keys, Keys{"a"});
}

TEST(CarbonCopies, BccIsCutOutByteForByte) {
  Table rest{{"z", Value::int32(1)}, {"CC", list({"a"})}, {"n", Value::table({{"BCC", list({})}})}};
  Table all = rest;
  all.append("BCC", list({"b"}));
  EXPECT_EQ(without_bcc(encode(all)), encode(rest));
  EXPECT_EQ(without_bcc(encode(rest)), encode(rest));
  EXPECT_EQ(without_bcc(encode({{"BCC", list({"b"})}})), "");
}

TEST(CarbonCopies, MalformedHeadersAreReadAsFarAsPossible) {
  std::string headers = encode({{"CC", list({"a", "b"})}, {"BCC", list({"c"})}});
  for (std::size_t size = 0; size < headers.size(); ++size) {
    std::string_view cut(headers.data(), size);
    auto copies = read_carbon_copies(cut);
    ASSERT_TRUE(copies.has_value());
    EXPECT_FALSE(copies->has_bcc);
    EXPECT_EQ(without_bcc(cut), cut);
  }
  EXPECT_EQ(without_bcc("\1aZ"), "\1aZ");
}

}  // namespace
}  // namespace coney
