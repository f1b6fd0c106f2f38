// Peers that mean harm, or do not know better: the next client is served all the same.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <random>
#include <vector>

#include "amqp/frame.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/script.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using namespace std::string_literals;

class Hostile : public testing::Test {
 protected:
  // Sends what the broker takes of it; a reset in between is the broker's good right.
  static void send_bytes(const FileDescriptor& fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  static void read_to_end(const FileDescriptor& fd) {
    char part[4096];
    while (::recv(fd.get(), part, sizeof part, 0) > 0) continue;
  }
  // All of `bytes` and the end of the stream; returns when the broker has ended its side.
  void attack(std::string_view bytes) {
    const FileDescriptor fd = connect_to_port(broker_.port());
    send_bytes(fd, bytes);
    ::shutdown(fd.get(), SHUT_WR);
    read_to_end(fd);
  }
  void expect_service() {
    Client client(broker_.port());
    client.declare("served", {.exclusive = true});
    client.publish("", "served", "hello");
    EXPECT_EQ(client.get("served", true)->body, "hello");
    client.close();
  }
  static std::string random_bytes(std::mt19937& random, std::size_t count) {
    std::string bytes(count, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  }

  TemporaryDirectory directory_;
  LocalBroker broker_{directory_ / "data"};
};

TEST_F(Hostile, ACloseWithoutItsArgumentsIsAFault) {
  std::string bytes = opening();
  amqp::append_frame(bytes, amqp::FrameType::kMethod, 0, "\0\x0A\0\x32\0\xC8\xFFtext"s);
  const FileDescriptor fd = connect_to_port(broker_.port());
  send_bytes(fd, bytes);
  std::string answers(64 * 1024, '\0');
  std::size_t count = 0;
  const auto refused = [&] {
    const ssize_t more = ::recv(fd.get(), answers.data() + count, answers.size() - count, 0);
    if (more > 0) count += static_cast<std::size_t>(more);
    return std::string_view(answers).substr(0, count).find(
               "FRAME_ERROR - cannot decode "
               "connection.close") != std::string_view::npos;
  };
  EXPECT_TRUE(becomes_true(refused));
  expect_service();
}

TEST_F(Hostile, RandomBytes) {
  std::mt19937 random(1);
  for (int n = 0; n != 50; ++n) {
    attack(random_bytes(random, 1 + random() % 10'000));
    attack(std::string(amqp::kProtocolHeader) + random_bytes(random, 1 + random() % 1'000));
  }
  expect_service();
}

TEST_F(Hostile, RandomMethodsOnAnOpenChannel) {
  std::mt19937 random(2);
  const std::uint16_t classes[] = {10, 20, 30, 40, 50, 60, 85, 90};
  for (int n = 0; n != 300; ++n) {
    std::string payload;
    amqp::Encoder encoder(payload);
    encoder.u16(classes[random() % std::size(classes)]);
    encoder.u16(static_cast<std::uint16_t>(random() % 12 * 10 + random() % 2));
    payload +=
        random() % 2 == 0 ? random_bytes(random, random() % 40) : std::string(random() % 40, '\0');
    std::string bytes = opening();
    amqp::append_frame(bytes, amqp::FrameType::kMethod, 1, payload);
    amqp::append_frame(bytes, static_cast<amqp::FrameType>(1 + random() % 3), 1,
                       random_bytes(random, random() % 40));
    attack(bytes);
  }
  expect_service();
}

TEST_F(Hostile, FramesThatEndAnywhere) {
  const std::string whole = opening() + method_frame(1, amqp::QueueDeclare{.queue = "q"}) +
                            method_frame(1, amqp::BasicPublish{.routing_key = "q"});
  for (std::size_t size = 0; size <= whole.size(); ++size) attack(whole.substr(0, size));
  expect_service();
}

TEST_F(Hostile, HugeAnnouncedSizes) {
  const std::string huge_frame = "\x01\0\0\xFF\xFF\xFF\xFF"s;
  attack(std::string(amqp::kProtocolHeader) + huge_frame);
  attack(opening() + huge_frame);
  std::string huge_body;
  amqp::Encoder encoder(huge_body);
  encoder.u16(60);
  encoder.u16(0);
  encoder.u64(~std::uint64_t{0});
  encoder.u16(0);
  std::string bytes = opening() + method_frame(1, amqp::BasicPublish{.routing_key = "q"});
  amqp::append_frame(bytes, amqp::FrameType::kHeader, 1, huge_body);
  attack(bytes);
  // A table and strings that are longer than their frame.
  std::string payload = "\0\x32\0\x0A\0\0\x01q\0\xFF\xFF\xFF\xFF"s;
  bytes = opening();
  amqp::append_frame(bytes, amqp::FrameType::kMethod, 1, payload);
  attack(bytes);
  expect_service();
}

TEST_F(Hostile, AThousandHandshakesThatNeverEnd) {
  std::vector<FileDescriptor> open;
  for (int n = 0; n != 1000; ++n) {
    open.push_back(connect_to_port(broker_.port()));
    if (n % 2 == 0) send_bytes(open.back(), amqp::kProtocolHeader);
  }
  expect_service();
}

TEST_F(Hostile, ChannelsOpenedWithoutReading) {
  std::string bytes = opening();
  for (std::uint16_t n = 2; n != 100; ++n) bytes += method_frame(n, amqp::ChannelOpen{});
  for (int n = 0; n != 2000; ++n) bytes += method_frame(1, amqp::QueueDeclare{});
  attack(bytes);
  expect_service();
}

}  // namespace
}  // namespace coney::test
