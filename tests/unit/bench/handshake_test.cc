#include "tests/bench/handshake.h"

#include <gtest/gtest.h>

#include "amqp/methods.h"
#include "tests/bench/load.h"
#include "tests/bench/method_frame.h"
#include "tests/bench/report.h"

namespace bench {
namespace {

template <typename Method>
Handshake::State give(Handshake& handshake, const Method& method, std::string& out) {
  std::string payload;
  amqp::encode_method(payload, method);
  return handshake.on_frame({1, 0, payload}, out);
}

template <typename Method>
Method take(std::string& bytes) {
  const auto read = amqp::read_frame(bytes, 1 << 20);
  const std::string arguments(read.frame.payload.substr(4));
  static std::string memory;
  memory = arguments;
  bytes.erase(0, read.consumed);
  return amqp::decode_arguments<Method>(memory).value();
}

TEST(Handshake, OpensAConnectionAndAChannel) {
  const Uri uri{"me", "secret", "host", "1", "vh"};
  Handshake handshake(uri, 7);
  std::string out;
  EXPECT_EQ(give(handshake, amqp::ConnectionStart{}, out), Handshake::State::kGoingOn);
  const auto start_ok = take<amqp::ConnectionStartOk>(out);
  EXPECT_EQ(start_ok.mechanism, "PLAIN");
  EXPECT_EQ(start_ok.response, std::string_view("\0me\0secret", 10));
  amqp::ConnectionTune tune;
  tune.frame_max = 4096;
  tune.channel_max = 5;
  tune.heartbeat = 60;
  EXPECT_EQ(give(handshake, tune, out), Handshake::State::kGoingOn);
  const auto tune_ok = take<amqp::ConnectionTuneOk>(out);
  EXPECT_EQ(tune_ok.frame_max, 4096u);
  EXPECT_EQ(tune_ok.heartbeat, 7);
  EXPECT_EQ(handshake.frame_max(), 4096u);
  EXPECT_EQ(take<amqp::ConnectionOpen>(out).virtual_host, "vh");
  EXPECT_EQ(give(handshake, amqp::ConnectionOpenOk{}, out), Handshake::State::kGoingOn);
  EXPECT_EQ(give(handshake, amqp::ChannelOpenOk{}, out), Handshake::State::kOpen);
}

TEST(Handshake, AFrameMaxOfZeroMeansNoLimit) {
  const Uri uri;
  Handshake handshake(uri, 0);
  std::string out;
  give(handshake, amqp::ConnectionTune{}, out);
  EXPECT_EQ(take<amqp::ConnectionTuneOk>(out).frame_max, 131072u);
}

TEST(Handshake, TellsWhyTheServerRefused) {
  const Uri uri;
  Handshake handshake(uri, 0);
  std::string out;
  amqp::ConnectionClose close;
  close.reply_code = 403;
  close.reply_text = "ACCESS_REFUSED";
  EXPECT_EQ(give(handshake, close, out), Handshake::State::kFailed);
  EXPECT_EQ(handshake.error(), "connection.close 403 ACCESS_REFUSED");
}

TEST(ShareOf, EveryQueueHasAReaderAndEveryReaderAQueue) {
  for (std::size_t consumers : {1, 3, 10}) {
    for (std::size_t queues : {1, 4, 10, 11}) {
      std::vector<int> readers(queues);
      for (std::size_t i = 0; i < consumers; ++i) {
        const auto share = share_of(i, consumers, queues);
        EXPECT_FALSE(share.empty());
        for (std::size_t queue : share) ++readers[queue];
      }
      for (int count : readers) EXPECT_GE(count, 1);
    }
  }
}

TEST(Report, WritesJsonThatKeepsTextAndNumbers) {
  Report report("a \"mode\"\n");
  report.add("rate", 1234567.5, "/s");
  EXPECT_EQ(report.json(), "{\"mode\": \"a \\\"mode\\\"\\u000a\", \"rate\": 1234567.5}\n");
}

TEST(Report, GroupsDigitsForPeople) {
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-1000), "-1,000");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(0.125), "0.125");
}

}  // namespace
}  // namespace bench
