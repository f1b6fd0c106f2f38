#pragma once
// Field tables (spec 4.2.5.5) in RabbitMQ's dialect: the type octets that RabbitMQ reads are
//   t bool   b int8   B uint8   s int16   u uint16   I int32   i uint32   l int64   L int64 (read
//   as l)    f float  d double  D decimal T timestamp (seconds)  S long string  x byte array
//   A array  F table  V void
// Any other octet makes the table unreadable (DecodeError::kUnknownFieldTag).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "amqp/error.h"
#include "amqp/wire.h"

namespace amqp {

// Deeper tables are refused; RabbitMQ has no such limit, real ones nest two or three levels.
inline constexpr int kMaxNesting = 32;

struct Value;
using Array = std::vector<Value>;

struct Decimal {
  std::uint8_t scale = 0;
  std::int32_t value = 0;
  bool operator==(const Decimal&) const = default;
};

// An ordered table; a key may occur more than once on the wire, lookups find the first.
class Table {
 public:
  using Entry = std::pair<std::string, Value>;
  using Iterator = std::vector<Entry>::const_iterator;

  Table() = default;
  Table(std::initializer_list<Entry> entries);

  bool empty() const;
  std::size_t size() const;
  Iterator begin() const;
  Iterator end() const;

  const Value* find(std::string_view key) const;
  void append(std::string key, Value value);
  // Replaces the first entry of this key or appends one.
  void set(std::string_view key, Value value);
  bool erase(std::string_view key);
  // Keys ascending, the first of each kept: the form in which RabbitMQ stores and forwards tables.
  void canonicalize();

  bool operator==(const Table& other) const;

 private:
  std::vector<Entry> entries_;
};

// One value with the type octet that it has on the wire.
struct Value {
  using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, Decimal,
                            std::string, Array, Table>;

  char tag = 'V';
  Data data;

  static Value void_value() { return {}; }
  static Value boolean(bool value) { return {'t', value}; }
  static Value int32(std::int32_t value) { return {'I', std::int64_t{value}}; }
  static Value int64(std::int64_t value) { return {'l', value}; }
  static Value timestamp(std::uint64_t seconds) { return {'T', seconds}; }
  static Value number(double value) { return {'d', value}; }
  static Value text(std::string_view value) { return {'S', std::string(value)}; }
  static Value array(Array value) { return {'A', std::move(value)}; }
  static Value table(Table value);

  bool is_integer() const;  // b B s u I i l
  // The value of any integer tag; a uint64 above the int64 range cannot occur ('L' reads as 'l').
  std::optional<std::int64_t> as_integer() const;
  const std::string* as_string() const;  // tag S only
  const Array* as_array() const { return std::get_if<Array>(&data); }
  const Table* as_table() const;
  std::optional<bool> as_bool() const;

  bool operator==(const Value& other) const = default;
};

// Behind Value, because an Entry is complete only from here on.
inline bool Table::empty() const {
  return entries_.empty();
}
inline std::size_t Table::size() const {
  return entries_.size();
}
inline Table::Iterator Table::begin() const {
  return entries_.begin();
}
inline Table::Iterator Table::end() const {
  return entries_.end();
}

// RabbitMQ's word for a type octet, as its error texts print it: longstr, signedint, bool, table,
// array, void, timestamp, double, float, byte, short, long, unsignedint, ...
std::string_view type_name(char tag);

// `bytes` is the table without its leading length.
Result<Table> decode_table(std::string_view bytes);
// Reads the value's type octet and data.
Result<Value> decode_value(Decoder& decoder);
// Appends the table with its leading length.
void encode_table(std::string& out, const Table& table);
void encode_value(std::string& out, const Value& value);

// Walks a table without building it: is it well-formed, and does it already have the form in which
// RabbitMQ forwards it (keys strictly ascending, no 'L', bools 0 or 1)? Message headers go through
// here.
struct TableShape {
  bool canonical = true;
};
Result<TableShape> inspect_table(std::string_view bytes);

// Finds a top-level entry of an encoded table without building it; the view is the value with its
// type octet, empty when the key is absent or the bytes are malformed.
std::string_view find_encoded(std::string_view table_bytes, std::string_view key);

}  // namespace amqp
