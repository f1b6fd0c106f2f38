#include "broker/transport/proxy_protocol.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "tests/fuzz/proxy_protocol_entry.h"

namespace coney {
namespace {

std::string v2_header(char command, char family, std::string_view body) {
  std::string bytes("\r\n\r\n\0\r\nQUIT\n", 12);
  bytes += command;
  bytes += family;
  bytes += static_cast<char>(body.size() >> 8);
  bytes += static_cast<char>(body.size());
  bytes += body;
  return bytes;
}

const std::string kTcp4Body("\xC0\x00\x02\x01\xC6\x33\x64\x07\xDC\x04\x16\x28", 12);

std::string tcp6_body() {
  std::string source("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
  std::string destination("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
  return source + destination + std::string("\xDC\x04\x16\x28", 4);
}

// "source > destination" of a header with addresses, "local", "more", or the error.
std::string outcome(std::string_view bytes) {
  ProxyRead read = read_proxy_header(bytes);
  if (read.status == ProxyStatus::kNeedMore) return "more";
  if (read.status == ProxyStatus::kError) return std::string("error: ") + read.error;
  if (!read.header.has_addresses) return "local";
  return read.header.source.to_string() + " > " + read.header.destination.to_string();
}

bool is_error(std::string_view bytes) {
  return outcome(bytes).starts_with("error: ");
}

const std::string kV1Tcp4 = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 5672\r\n";
const std::string kV1Tcp6 = "PROXY TCP6 2001:db8::1 2001:db8::2 56324 5672\r\n";

TEST(ProxyProtocol, ReadsVersion1) {
  EXPECT_EQ(outcome(kV1Tcp4), "192.0.2.1:56324 > 198.51.100.7:5672");
  EXPECT_EQ(outcome(kV1Tcp6), "[2001:db8::1]:56324 > [2001:db8::2]:5672");
  EXPECT_EQ(outcome("PROXY UNKNOWN\r\n"), "local");
  EXPECT_EQ(outcome("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n"), "local");
}

TEST(ProxyProtocol, ReadsTheLongestLineOfVersion1) {
  std::string group = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  std::string line = "PROXY UNKNOWN " + group + " " + group + " 65535 65535\r\n";
  ASSERT_EQ(line.size(), kProxyV1MaxSize);
  EXPECT_EQ(outcome(line), "local");
  line.insert(14, "x");
  EXPECT_TRUE(is_error(line));
  EXPECT_TRUE(is_error(line.substr(0, kProxyV1MaxSize)));
}

TEST(ProxyProtocol, ReadsVersion2) {
  EXPECT_EQ(outcome(v2_header('\x21', '\x11', kTcp4Body)), "192.0.2.1:56324 > 198.51.100.7:5672");
  EXPECT_EQ(outcome(v2_header('\x21', '\x21', tcp6_body())),
            "[2001:db8::1]:56324 > [2001:db8::2]:5672");
}

TEST(ProxyProtocol, SkipsTlvs) {
  std::string tlvs = std::string("\x04\x00\x03", 3) + "abc";
  std::string bytes = v2_header('\x21', '\x11', kTcp4Body + tlvs);
  EXPECT_EQ(outcome(bytes), "192.0.2.1:56324 > 198.51.100.7:5672");
  EXPECT_EQ(read_proxy_header(bytes + "AMQP").consumed, bytes.size());
}

TEST(ProxyProtocol, LocalCommandHasNoAddresses) {
  EXPECT_EQ(outcome(v2_header('\x20', '\0', "")), "local");
  EXPECT_EQ(outcome(v2_header('\x20', '\x11', kTcp4Body)), "local");
  EXPECT_EQ(outcome(v2_header('\x20', '\x7F', "whatever")), "local");
}

TEST(ProxyProtocol, UnspecifiedAndUnixHaveNoAddresses) {
  EXPECT_EQ(outcome(v2_header('\x21', '\0', "")), "local");
  EXPECT_EQ(outcome(v2_header('\x21', '\x31', std::string(216, 'p'))), "local");
}

TEST(ProxyProtocol, ConsumesTheHeaderOnly) {
  for (const std::string& header :
       {kV1Tcp4, kV1Tcp6, v2_header('\x21', '\x11', kTcp4Body), v2_header('\x20', '\0', "")}) {
    ProxyRead read = read_proxy_header(header + std::string("AMQP\0\0\x09\x01", 8));
    EXPECT_EQ(read.status, ProxyStatus::kDone);
    EXPECT_EQ(read.consumed, header.size());
  }
}

TEST(ProxyProtocol, EveryTruncationNeedsMore) {
  for (const std::string& header :
       {kV1Tcp4, kV1Tcp6, std::string("PROXY UNKNOWN\r\n"), v2_header('\x21', '\x11', kTcp4Body),
        v2_header('\x21', '\x21', tcp6_body()), v2_header('\x20', '\0', "")}) {
    for (std::size_t size = 0; size < header.size(); ++size) {
      EXPECT_EQ(outcome(std::string_view(header).substr(0, size)), "more") << size;
    }
  }
}

TEST(ProxyProtocol, RefusesWrongVersion1Lines) {
  for (const char* line : {
           "PROXY \r\n",
           "PROXY \n",
           "PROXY TCP4\r\n",
           "PROXY TCP5 192.0.2.1 198.51.100.7 1 2\r\n",
           "PROXY UNKNOWNX\r\n",
           "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n",
           "PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n",
           "PROXY TCP4 192.0.2.1 198.51.100.7 1 \r\n",
           "PROXY TCP4 192.0.2.1 198.51.100.7 1 2 \r\n",
           "PROXY TCP4 192.0.2.1 198.51.100.7 1 2 3\r\n",
           "PROXY TCP4  192.0.2.1 198.51.100.7 1 2\r\n",
           "PROXY TCP4 192.0.2.1 198.51.100.7 65536 2\r\n",
           "PROXY TCP4 192.0.2.1 198.51.100.7 -1 2\r\n",
           "PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n",
           "PROXY TCP4 192.0.2.256 198.51.100.7 1 2\r\n",
           "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
           "PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n",
           "proxy tcp4 192.0.2.1 198.51.100.7 1 2\r\n",
       }) {
    EXPECT_TRUE(is_error(line)) << line;
  }
}

TEST(ProxyProtocol, RefusesWrongVersion2Headers) {
  EXPECT_TRUE(is_error(v2_header('\x11', '\x11', kTcp4Body)));  // version 1
  EXPECT_TRUE(is_error(v2_header('\x22', '\x11', kTcp4Body)));  // command 2
  EXPECT_TRUE(is_error(v2_header('\x21', '\x12', kTcp4Body)));  // datagrams
  EXPECT_TRUE(is_error(v2_header('\x21', '\x41', kTcp4Body)));  // family 4
  EXPECT_TRUE(is_error(v2_header('\x21', '\x11', kTcp4Body.substr(1))));
  EXPECT_TRUE(is_error(v2_header('\x21', '\x21', tcp6_body().substr(1))));
}

TEST(ProxyProtocol, RefusesALargeVersion2HeaderBeforeItsBodyCame) {
  std::string fits = v2_header('\x20', '\0', std::string(kProxyV2MaxBody, 'x'));
  EXPECT_EQ(outcome(fits), "local");
  std::string large = v2_header('\x20', '\0', std::string(kProxyV2MaxBody + 1, 'x'));
  EXPECT_TRUE(is_error(large.substr(0, kProxyV2HeadSize)));
}

TEST(ProxyProtocol, RefusesOtherProtocolsAtOnce) {
  EXPECT_TRUE(is_error("A"));
  EXPECT_TRUE(is_error(std::string_view("AMQP\0\0\x09\x01", 8)));
  EXPECT_TRUE(is_error("\x16\x03\x01"));
  EXPECT_TRUE(is_error("PROXX"));
  EXPECT_TRUE(is_error("\r\n\r\nX"));
}

// Bytes after a valid start, so that the random part reaches the inner fields.
TEST(ProxyProtocol, RandomBytesStayWithinBounds) {
  std::mt19937 random(20240131);
  const std::string starts[] = {"", "PROXY ", "PROXY TCP4 ", v2_header('\x21', '\x11', "")};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = starts[random() % 4].substr(0, random() % 24);
    for (std::size_t i = random() % 200; i > 0; --i) bytes += static_cast<char>(random());
    fuzz::proxy_protocol(bytes);  // ends the program when a claim does not hold
  }
}

TEST(ProxyProtocol, TheSeedsOfTheFuzzerHold) {
  std::filesystem::path root(__FILE__);
  for (int i = 0; i < 5; ++i) root = root.parent_path();
  int seeds = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(root / "tests/fuzz/seeds/proxy_protocol")) {
    std::ifstream stream(file.path(), std::ios::binary);
    fuzz::proxy_protocol(std::string{std::istreambuf_iterator<char>(stream), {}});
    ++seeds;
  }
  EXPECT_GE(seeds, 5);
}

}  // namespace
}  // namespace coney
