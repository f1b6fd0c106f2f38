#include "amqp/wire.h"

#include <gtest/gtest.h>

#include <optional>

using namespace std::literals;

namespace amqp::testing {
namespace {

// UTF-8 by its definition: decode the scalar value, then ask whether this is how it is written.
std::string utf8_of(std::uint32_t scalar) {
  auto tail = [&](int shift) { return static_cast<char>(0x80 | ((scalar >> shift) & 0x3F)); };
  if (scalar < 0x80) return {static_cast<char>(scalar)};
  if (scalar < 0x800) return {static_cast<char>(0xC0 | scalar >> 6), tail(0)};
  if (scalar < 0x10000) return {static_cast<char>(0xE0 | scalar >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | scalar >> 18), tail(12), tail(6), tail(0)};
}

std::optional<std::uint32_t> scalar_of(std::string_view bytes) {
  static constexpr std::uint32_t kFirstMask[] = {0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t scalar = static_cast<unsigned char>(bytes[0]) & kFirstMask[bytes.size() - 1];
  for (char c : bytes.substr(1)) scalar = scalar << 6 | (static_cast<unsigned char>(c) & 0x3F);
  if (scalar > 0x10FFFF || (scalar >= 0xD800 && scalar <= 0xDFFF)) return std::nullopt;
  return scalar;
}

bool naive_is_utf8(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = 0;
    for (std::size_t n = 1; n <= std::min<std::size_t>(4, text.size()) && length == 0; ++n) {
      const auto scalar = scalar_of(text.substr(0, n));
      if (scalar && utf8_of(*scalar) == text.substr(0, n)) length = n;
    }
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

TEST(Utf8, AgreesWithTheDefinitionOnAllPairsAndTriples) {
  std::string text(2, '\0');
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      text[0] = static_cast<char>(a);
      text[1] = static_cast<char>(b);
      ASSERT_EQ(is_utf8(text), naive_is_utf8(text)) << a << " " << b;
    }
  }
  text.resize(3);
  for (int a = 0xC0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      for (int c : {0, 0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF}) {
        text = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        ASSERT_EQ(is_utf8(text), naive_is_utf8(text)) << a << " " << b << " " << c;
      }
    }
  }
}

TEST(Utf8, AgreesWithTheDefinitionOnFourBytes) {
  for (int a = 0xEF; a < 0xF9; ++a) {
    for (int b = 0x70; b < 0xD0; ++b) {
      for (int c : {0x7F, 0x80, 0xBF, 0xC0}) {
        for (int d : {0x7F, 0x80, 0xBF, 0xC0}) {
          const std::string text{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                                 static_cast<char>(d)};
          ASSERT_EQ(is_utf8(text), naive_is_utf8(text)) << a << " " << b << " " << c << " " << d;
        }
      }
    }
  }
}

TEST(Utf8, AnErrorIsFoundAtEveryPositionOfALongText) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_TRUE(is_utf8(text));
      text[at] = '\x80';
      EXPECT_FALSE(is_utf8(text)) << size << " " << at;
      text[at] = '\xC3';
      EXPECT_FALSE(is_utf8(text)) << size << " " << at;
    }
  }
}

TEST(Utf8, TakesEveryScalarValueAndNoSurrogate) {
  for (std::uint32_t scalar = 0; scalar <= 0x10FFFF; ++scalar) {
    const bool surrogate = scalar >= 0xD800 && scalar <= 0xDFFF;
    ASSERT_EQ(is_utf8(utf8_of(scalar)), !surrogate) << scalar;
  }
  EXPECT_TRUE(is_utf8(""));
}

TEST(Decoder, StaysFailedAndYieldsZerosAfterTheEnd) {
  Decoder decoder("\1\2\3"sv);
  EXPECT_EQ(decoder.u16(), 0x0102);
  EXPECT_TRUE(decoder.ok());
  EXPECT_EQ(decoder.u32(), 0u);
  EXPECT_FALSE(decoder.ok());
  EXPECT_TRUE(decoder.at_end());
  EXPECT_EQ(decoder.u8(), 0u);
  EXPECT_EQ(decoder.bytes(0), ""sv);
  EXPECT_EQ(decoder.short_string(), ""sv);
  EXPECT_FALSE(decoder.ok());
}

TEST(Decoder, ReadsEveryTypeBigEndian) {
  Decoder decoder(
      "\x01\x01\x02\x01\x02\x03\x04\x01\x02\x03\x04\x05\x06\x07\x08\x02hi\0\0\0\x01!"sv);
  EXPECT_EQ(decoder.u8(), 0x01);
  EXPECT_EQ(decoder.u16(), 0x0102);
  EXPECT_EQ(decoder.u32(), 0x01020304u);
  EXPECT_EQ(decoder.u64(), 0x0102030405060708u);
  EXPECT_EQ(decoder.short_string(), "hi");
  EXPECT_EQ(decoder.long_string(), "!");
  EXPECT_TRUE(decoder.at_end());
  EXPECT_TRUE(decoder.ok());
}

TEST(Encoder, CutsAShortStringAt255Bytes) {
  std::string bytes;
  Encoder(bytes).short_string(std::string(300, 'x'));
  EXPECT_EQ(bytes, '\xFF' + std::string(255, 'x'));
}

TEST(Encoder, PatchesALengthInPlace) {
  std::string bytes = "ab";
  Encoder encoder(bytes);
  encoder.u32(0);
  encoder.bytes("xyz");
  encoder.patch_u32(2, 3);
  EXPECT_EQ(bytes, "ab\0\0\0\3xyz"sv);
}

}  // namespace
}  // namespace amqp::testing
