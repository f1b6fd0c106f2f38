// Encodings written out by hand, so that encoder and decoder cannot be wrong in the same way.

#include "amqp/methods.h"

#include <gtest/gtest.h>

using namespace std::literals;

namespace amqp::testing {
namespace {

template <typename Method>
std::string encoded(const Method& method) {
  std::string bytes;
  encode_method(bytes, method);
  return bytes;
}

TEST(MethodEncoding, ConsecutiveBitsShareAnOctetLowestFirst) {
  QueueDeclare declare;
  declare.queue = "q";
  declare.durable = true;
  declare.no_wait = true;
  EXPECT_EQ(encoded(declare), "\0\x32\0\x0a\0\0\x01q\x12\0\0\0\0"sv);
  BasicNack nack;
  nack.delivery_tag = 0x0102030405060708;
  nack.requeue = true;
  EXPECT_EQ(encoded(nack), "\0\x3c\0\x78\1\2\3\4\5\6\7\x08\2"sv);
}

TEST(MethodEncoding, ABitBehindAStringStartsANewOctet) {
  BasicDeliver deliver;
  deliver.consumer_tag = "ct";
  deliver.delivery_tag = 1;
  deliver.redelivered = true;
  deliver.exchange = "x";
  deliver.routing_key = "rk";
  EXPECT_EQ(encoded(deliver), "\0\x3c\0\x3c\2ct\0\0\0\0\0\0\0\1\1\1x\2rk"sv);
}

TEST(MethodEncoding, TableFieldIsWrittenWithItsLength) {
  ConnectionStart start;
  start.version_minor = 9;
  start.server_properties = "\1aV"sv;
  start.mechanisms = "PLAIN";
  EXPECT_EQ(encoded(start), "\0\x0a\0\x0a\0\x09\0\0\0\3\1aV\0\0\0\5PLAIN\0\0\0\0"sv);
}

TEST(MethodEncoding, LongNumbersAreBigEndian) {
  ConnectionTune tune;
  tune.channel_max = 0x0102;
  tune.frame_max = 0x03040506;
  tune.heartbeat = 0x0708;
  EXPECT_EQ(encoded(tune), "\0\x0a\0\x1e\1\2\3\4\5\6\7\x08"sv);
}

TEST(MethodDecoding, IgnoresUnusedBitsOfTheOctet) {
  const auto flow = decode_arguments<ChannelFlow>("\xFE"sv);
  ASSERT_TRUE(flow);
  EXPECT_FALSE(flow->active);
}

TEST(MethodDecoding, RefusesBytesBehindTheLastField) {
  const auto flow = decode_arguments<ChannelFlow>("\1\0"sv);
  ASSERT_FALSE(flow);
  EXPECT_EQ(flow.error(), DecodeError::kTrailingBytes);
  const auto select_ok = decode_arguments<ConfirmSelectOk>("x"sv);
  ASSERT_FALSE(select_ok);
  EXPECT_EQ(select_ok.error(), DecodeError::kTrailingBytes);
}

TEST(MethodDecoding, RefusesAShortStringThatIsNotUtf8) {
  const auto get = decode_arguments<BasicGet>("\0\0\2\xC3\x28\0"sv);
  ASSERT_FALSE(get);
  EXPECT_EQ(get.error(), DecodeError::kMalformedUtf8);
  EXPECT_TRUE(decode_arguments<BasicGet>("\0\0\2\xC3\xA4\0"sv));
}

TEST(MethodDecoding, LongStringsMayHoldAnyBytes) {
  const auto secure_ok = decode_arguments<ConnectionSecureOk>("\0\0\0\2\xFF\xFE"sv);
  ASSERT_TRUE(secure_ok);
  EXPECT_EQ(secure_ok->response, "\xFF\xFE");
}

TEST(MethodDecoding, ALengthPastTheEndIsTruncatedNotRead) {
  const auto secure_ok = decode_arguments<ConnectionSecureOk>("\xFF\xFF\xFF\xFFx"sv);
  ASSERT_FALSE(secure_ok);
  EXPECT_EQ(secure_ok.error(), DecodeError::kTruncated);
}

TEST(DecodeErrors, HaveAText) {
  EXPECT_EQ(to_string(DecodeError::kMalformedUtf8), "malformed UTF-8");
  EXPECT_EQ(to_string(static_cast<DecodeError>(99)), "unknown error");
}

}  // namespace
}  // namespace amqp::testing
