// Clients that end their side of the stream, and requests that are read together with that end.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <tuple>
#include <vector>

#include "amqp/properties.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/script.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using namespace std::string_literals;

class EndOfStream : public testing::Test {
 protected:
  static std::string publish(const std::string& queue, const std::string& body) {
    std::string bytes = method_frame(1, amqp::BasicPublish{.routing_key = queue}), header;
    amqp::encode_content_header(header, body.size(), {});
    amqp::append_frame(bytes, amqp::FrameType::kHeader, 1, header);
    amqp::append_body_frames(bytes, 1, body, 131072);
    return bytes;
  }
  // Sends the opening, `requests` and the end of the stream; all that the broker answers.
  std::string answers(const std::string& requests) {
    TcpStream stream(broker_.port());
    stream.send(opening() + requests);
    const FileDescriptor socket = stream.release();
    ::shutdown(socket.get(), SHUT_WR);
    std::string received;
    char part[64 * 1024];
    for (ssize_t count; (count = ::recv(socket.get(), part, sizeof part, 0)) > 0;) {
      received.append(part, static_cast<std::size_t>(count));
    }
    return received;
  }
  // The payloads of the method frames behind the answers to the opening.
  static std::vector<std::string> methods(std::string_view received) {
    std::vector<std::string> payloads;
    for (;;) {
      const amqp::FrameRead read = amqp::read_frame(received, 131072);
      if (read.status != amqp::FrameStatus::kFrame) break;
      if (static_cast<amqp::FrameType>(read.frame.type) == amqp::FrameType::kMethod) {
        payloads.emplace_back(read.frame.payload);
      }
      received.remove_prefix(read.consumed);
    }
    EXPECT_EQ(received, "");
    constexpr std::size_t kOpening = 4;  // start, tune, open-ok, channel.open-ok
    if (payloads.size() < kOpening) return {};
    return {payloads.begin() + kOpening, payloads.end()};
  }
  template <typename... Methods>
  static std::vector<std::uint32_t> ids() {
    return {Methods::kMethod.id.packed()...};
  }
  static std::vector<std::uint32_t> ids_of(const std::vector<std::string>& payloads) {
    std::vector<std::uint32_t> ids;
    for (const auto& each : payloads) ids.push_back(amqp::wire::load<std::uint32_t>(each.data()));
    return ids;
  }

  TemporaryDirectory directory_;
  LocalBroker broker_{directory_ / "data"};
};

TEST_F(EndOfStream, AnswersAreWrittenBeforeTheSocketCloses) {
  for (int n = 0; n != 20; ++n) {  // also behind others in a turn
    const auto got = methods(answers(method_frame(1, amqp::BasicQos{.prefetch_count = 1}) +
                                     method_frame(1, amqp::ChannelFlow{.active = true})));
    EXPECT_EQ(ids_of(got), (ids<amqp::BasicQosOk, amqp::ChannelFlowOk>())) << n;
  }
}

// What the first channel that goes gives back is there for the other one, which goes next.
TEST_F(EndOfStream, ChannelsThatConsumeTheSameQueueGoTogether) {
  Client client(broker_.port());
  client.declare("q");
  for (int n = 0; n != 4; ++n) client.publish("", "q", "m");
  client.flush();
  for (int n = 0; n != 20; ++n) {
    answers(method_frame(2, amqp::ChannelOpen{}) +
            method_frame(1, amqp::BasicConsume{.queue = "q", .consumer_tag = "a"}) +
            method_frame(2, amqp::BasicConsume{.queue = "q", .consumer_tag = "b"}) +
            method_frame(1, amqp::QueueDeclare{.queue = "q", .passive = true}));
    EXPECT_TRUE(becomes_true([&] { return client.counts("q").messages == 4; })) << n;
  }
}

TEST_F(EndOfStream, AnswersThatTakeTimeAreAwaited) {
  auto got = methods(answers(method_frame(1, amqp::QueueDeclare{.queue = "a"}) +
                             method_frame(1, amqp::QueueDeclare{.queue = "b"}) +
                             method_frame(1, amqp::ConfirmSelect{}) + publish("a", "x") +
                             method_frame(1, amqp::QueueDelete{.queue = "b"}) +
                             method_frame(1, amqp::QueueDeclare{.queue = "a", .passive = true})));
  const auto is_ack = [](const std::string& payload) {
    return ids_of({payload}) == ids<amqp::BasicAck>();
  };
  EXPECT_EQ(std::erase_if(got, is_ack), 1u);  // in the order of the turns
  ASSERT_EQ(ids_of(got), (ids<amqp::QueueDeclareOk, amqp::QueueDeclareOk, amqp::ConfirmSelectOk,
                              amqp::QueueDeleteOk, amqp::QueueDeclareOk>()));
  EXPECT_EQ(amqp::decode_arguments<amqp::QueueDeclareOk>(std::string_view(got[4]).substr(4))
                .value()
                .message_count,
            1u);
}

// Reading goes on while declares are in flight: the end is read in front of their answers.
TEST_F(EndOfStream, DeclaresInFlightAreAnswered) {
  for (int n = 0; n != 5; ++n) {
    const std::string name = std::to_string(n);
    const auto got = methods(answers(method_frame(1, amqp::QueueDeclare{.queue = name}) +
                                     method_frame(1, amqp::QueueDeclare{.queue = name + "b"})));
    EXPECT_EQ(ids_of(got), (ids<amqp::QueueDeclareOk, amqp::QueueDeclareOk>()));
  }
}

TEST_F(EndOfStream, LargeAnswersAreWrittenToTheLast) {
  const std::string body(1'000'000, 'x');
  constexpr int kCount = 20;
  std::string requests = method_frame(1, amqp::QueueDeclare{.queue = "q"});
  for (int n = 0; n != kCount; ++n) requests += publish("q", body);
  for (int n = 0; n != kCount; ++n) requests += method_frame(1, amqp::BasicGet{.queue = "q"});
  const std::string received = answers(requests);
  EXPECT_EQ(methods(received).size(), 1u + kCount);
  EXPECT_GT(received.size(), kCount * body.size());
  Client client(broker_.port());
  EXPECT_EQ(client.get("q")->redelivered, true);
}

// The publishers come to either shard in turn: towards the queue's shard their credit is spent.
TEST_F(EndOfStream, WhatWasSentBeforeItIsTaken) {
  Client client(broker_.port());
  client.declare("q", {.durable = true});
  const std::string body(100'000, 'x');
  constexpr int kCount = 200;
  std::string requests;
  for (int n = 0; n != kCount; ++n) requests += publish("q", body);
  for (std::uint32_t round = 1; round != 3; ++round) {
    answers(requests);
    EXPECT_TRUE(becomes_true([&] { return client.counts("q").messages == round * kCount; }));
  }
}

TEST_F(EndOfStream, ConsumerGetsNothingBehindIt) {
  Client client(broker_.port());
  client.declare("q");
  answers(method_frame(1, amqp::BasicConsume{.queue = "q"}));
  EXPECT_TRUE(becomes_true([&] { return client.counts("q").consumers == 0; }));
  client.publish("", "q", "x");
  EXPECT_FALSE(client.get("q")->redelivered);
}

TEST_F(EndOfStream, ErrorIsToldToo) {
  const auto got = methods(answers(method_frame(1, amqp::QueuePurge{.queue = "nowhere"})));
  EXPECT_EQ(ids_of(got), (ids<amqp::ChannelClose>()));
}

// Not about the end: it takes frames that Client does not send.
TEST_F(EndOfStream, MalformedUpdateSecretIsAnError) {
  EXPECT_EQ(ids_of(methods(answers(
                method_frame(0, amqp::ConnectionUpdateSecret{.new_secret = "a", .reason = "b"})))),
            (ids<amqp::ConnectionUpdateSecretOk>()));
  for (const auto& [arguments, text, about] :
       {std::tuple("\0\0\0\x09hush"s, "FRAME_ERROR - cannot decode connection.update-secret", 70),
        std::tuple("\0\0\0\0\1\xFF"s, "FRAME_ERROR - Malformed UTF-8 in shortstr", 0)}) {
    std::string bytes;
    amqp::append_frame(bytes, amqp::FrameType::kMethod, 0, "\0\x0A\0\x46"s + arguments);
    const auto got = methods(answers(bytes));
    ASSERT_EQ(ids_of(got), (ids<amqp::ConnectionClose>()));
    const auto close =
        amqp::decode_arguments<amqp::ConnectionClose>(std::string_view(got[0]).substr(4)).value();
    EXPECT_EQ(close.reply_code, 501);
    EXPECT_EQ(close.reply_text, text);
    EXPECT_EQ(close.method_id, about);
  }
}

}  // namespace
}  // namespace coney::test
