#pragma once
// One constexpr descriptor per method field, and the one generic encoder and decoder over them.
// A method is a plain struct with `kMethod` (its ids and name) and `kFields` (a tuple of Field).
// String fields are views: into the frame when decoded, into the caller's memory when encoded.

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "amqp/error.h"
#include "amqp/wire.h"

namespace amqp {

struct MethodId {
  std::uint16_t class_id = 0;
  std::uint16_t method_id = 0;
  constexpr bool operator==(const MethodId&) const = default;
  constexpr std::uint32_t packed() const { return std::uint32_t{class_id} << 16 | method_id; }
};

struct MethodInfo {
  MethodId id;
  std::string_view name;     // "queue.declare-ok"
  bool has_content = false;  // followed by a content header (basic.publish, deliver, ...)
};

enum class FieldKind : std::uint8_t {
  kBit,
  kOctet,
  kShort,
  kLong,
  kLongLong,
  kShortString,
  kLongString,
  kTable
};

// `member` of a kTable field is the encoded table without its length.
template <FieldKind Kind, typename Class, typename Member>
struct Field {
  static constexpr FieldKind kKind = Kind;
  std::string_view name;  // as in the spec, except reserved fields that RabbitMQ gives a meaning
  Member Class::*member;
};

template <FieldKind Kind, typename Class, typename Member>
constexpr Field<Kind, Class, Member> field(std::string_view name, Member Class::*member) {
  return {name, member};
}

namespace detail {

// Bits of consecutive bit fields share octets, the first in the lowest place (spec 4.2.5.2).
class BitReader {
 public:
  bool next(Decoder& decoder) {
    if (used_ == 8) {
      octet_ = decoder.u8();
      used_ = 0;
    }
    return (octet_ >> used_++) & 1;
  }
  void reset() { used_ = 8; }

 private:
  std::uint8_t octet_ = 0;
  int used_ = 8;
};

template <FieldKind Kind, typename Member>
void read_field(Decoder& decoder, BitReader& bits, Member& member) {
  if constexpr (Kind == FieldKind::kBit) {
    member = bits.next(decoder);
  } else {
    bits.reset();
    if constexpr (Kind == FieldKind::kOctet) member = decoder.u8();
    if constexpr (Kind == FieldKind::kShort) member = decoder.u16();
    if constexpr (Kind == FieldKind::kLong) member = decoder.u32();
    if constexpr (Kind == FieldKind::kLongLong) member = decoder.u64();
    if constexpr (Kind == FieldKind::kShortString) member = decoder.short_string();
    if constexpr (Kind == FieldKind::kLongString) member = decoder.long_string();
    if constexpr (Kind == FieldKind::kTable) member = decoder.long_string();
  }
}

class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}
  void next(bool bit) {
    if (used_ == 8) {
      out_.push_back('\0');
      used_ = 0;
    }
    if (bit) out_.back() = static_cast<char>(out_.back() | (1 << used_));
    ++used_;
  }
  void reset() { used_ = 8; }

 private:
  std::string& out_;
  int used_ = 8;
};

template <FieldKind Kind, typename Member>
void write_field(Encoder& encoder, BitWriter& bits, const Member& member) {
  if constexpr (Kind == FieldKind::kBit) {
    bits.next(member);
  } else {
    bits.reset();
    if constexpr (Kind == FieldKind::kOctet) encoder.u8(member);
    if constexpr (Kind == FieldKind::kShort) encoder.u16(member);
    if constexpr (Kind == FieldKind::kLong) encoder.u32(member);
    if constexpr (Kind == FieldKind::kLongLong) encoder.u64(member);
    if constexpr (Kind == FieldKind::kShortString) encoder.short_string(member);
    if constexpr (Kind == FieldKind::kLongString) encoder.long_string(member);
    if constexpr (Kind == FieldKind::kTable) encoder.long_string(member);
  }
}

}  // namespace detail

// Decodes the arguments of a method (the payload behind class and method id). Short strings must
// be UTF-8, and nothing may be left over, as RabbitMQ demands.
template <typename Method>
Result<Method> decode_arguments(std::string_view bytes) {
  Method method;
  Decoder decoder(bytes);
  detail::BitReader bits;
  bool utf8 = true;
  auto read = [&](const auto& field) {
    using FieldType = std::remove_cvref_t<decltype(field)>;
    detail::read_field<FieldType::kKind>(decoder, bits, method.*field.member);
    if constexpr (FieldType::kKind == FieldKind::kShortString) {
      utf8 = utf8 && is_utf8(method.*field.member);
    }
  };
  std::apply([&](const auto&... fields) { (read(fields), ...); }, Method::kFields);
  if (!decoder.ok()) return DecodeError::kTruncated;
  if (!decoder.at_end()) return DecodeError::kTrailingBytes;
  if (!utf8) return DecodeError::kMalformedUtf8;
  return method;
}

// Appends class id, method id and arguments: the payload of a method frame.
template <typename Method>
void encode_method(std::string& out, const Method& method) {
  Encoder encoder(out);
  encoder.u16(Method::kMethod.id.class_id);
  encoder.u16(Method::kMethod.id.method_id);
  detail::BitWriter bits(out);
  auto write = [&](const auto& field) {
    using FieldType = std::remove_cvref_t<decltype(field)>;
    detail::write_field<FieldType::kKind>(encoder, bits, method.*field.member);
  };
  std::apply([&](const auto&... fields) { (write(fields), ...); }, Method::kFields);
}

}  // namespace amqp
