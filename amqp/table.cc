#include "amqp/table.h"

#include <algorithm>
#include <bit>

namespace amqp {
namespace {

Result<Value> decode_value_at(Decoder& decoder, int depth);

Result<Table> decode_table_at(std::string_view bytes, int depth) {
  if (depth > kMaxNesting) return DecodeError::kTooDeep;
  Table table;
  Decoder decoder(bytes);
  while (!decoder.at_end()) {
    std::string_view key = decoder.short_string();
    if (!decoder.ok()) return DecodeError::kTruncated;
    auto value = decode_value_at(decoder, depth + 1);
    if (!value) return value.error();
    table.append(std::string(key), std::move(*value));
  }
  if (!decoder.ok()) return DecodeError::kTruncated;
  return table;
}

Result<Array> decode_array_at(std::string_view bytes, int depth) {
  if (depth > kMaxNesting) return DecodeError::kTooDeep;
  Array array;
  Decoder decoder(bytes);
  while (!decoder.at_end()) {
    auto value = decode_value_at(decoder, depth + 1);
    if (!value) return value.error();
    array.push_back(std::move(*value));
  }
  return array;
}

Result<Value> decode_nested(Decoder& decoder, char tag, int depth) {
  std::string_view bytes = decoder.long_string();
  if (!decoder.ok()) return DecodeError::kTruncated;
  if (tag == 'F') {
    auto table = decode_table_at(bytes, depth);
    if (!table) return table.error();
    return Value::table(std::move(*table));
  }
  auto array = decode_array_at(bytes, depth);
  if (!array) return array.error();
  return Value::array(std::move(*array));
}

double load_float(Decoder& decoder) {
  return std::bit_cast<float>(decoder.u32());
}

// Scalars and strings; false for an octet that is none of them.
bool decode_scalar(Decoder& decoder, char tag, Value& value) {
  value.tag = tag;
  switch (tag) {
    case 't':
      value.data = decoder.u8() != 0;
      return true;
    case 'b':
      value.data = std::int64_t{static_cast<std::int8_t>(decoder.u8())};
      return true;
    case 'B':
      value.data = std::int64_t{decoder.u8()};
      return true;
    case 's':
      value.data = std::int64_t{static_cast<std::int16_t>(decoder.u16())};
      return true;
    case 'u':
      value.data = std::int64_t{decoder.u16()};
      return true;
    case 'I':
      value.data = std::int64_t{static_cast<std::int32_t>(decoder.u32())};
      return true;
    case 'i':
      value.data = std::int64_t{decoder.u32()};
      return true;
    case 'L':
      value.tag = 'l';
      [[fallthrough]];
    case 'l':
      value.data = static_cast<std::int64_t>(decoder.u64());
      return true;
    case 'T':
      value.data = decoder.u64();
      return true;
    case 'f':
      value.data = load_float(decoder);
      return true;
    case 'd':
      value.data = std::bit_cast<double>(decoder.u64());
      return true;
    case 'D': {
      std::uint8_t scale = decoder.u8();
      value.data = Decimal{scale, static_cast<std::int32_t>(decoder.u32())};
      return true;
    }
    case 'S':
    case 'x':
      value.data = std::string(decoder.long_string());
      return true;
    case 'V':
      value.data = std::monostate{};
      return true;
    default:
      return false;
  }
}

Result<Value> decode_value_at(Decoder& decoder, int depth) {
  char tag = static_cast<char>(decoder.u8());
  if (!decoder.ok()) return DecodeError::kTruncated;
  if (tag == 'F' || tag == 'A') return decode_nested(decoder, tag, depth);
  Value value;
  if (!decode_scalar(decoder, tag, value)) return DecodeError::kUnknownFieldTag;
  if (!decoder.ok()) return DecodeError::kTruncated;
  return value;
}

// Bytes of a scalar behind its type octet; -1 when the octet is unknown or the size is in the data.
int scalar_size(char tag) {
  switch (tag) {
    case 't':
    case 'b':
    case 'B':
      return 1;
    case 's':
    case 'u':
      return 2;
    case 'I':
    case 'i':
    case 'f':
      return 4;
    case 'l':
    case 'L':
    case 'd':
    case 'T':
      return 8;
    case 'D':
      return 5;
    case 'V':
      return 0;
    default:
      return -1;
  }
}

// Steps over one value. `canonical` becomes false where a value would be written otherwise: an 'L'
// goes out as 'l', any true as 1.
std::optional<DecodeError> skip_value(Decoder& decoder, bool& canonical, int depth);

std::optional<DecodeError> skip_container(std::string_view bytes, bool keyed, bool& canonical,
                                          int depth) {
  if (depth > kMaxNesting) return DecodeError::kTooDeep;
  Decoder inner(bytes);
  while (!inner.at_end()) {
    if (keyed) inner.short_string();
    if (!inner.ok()) return DecodeError::kTruncated;
    if (auto error = skip_value(inner, canonical, depth + 1)) return error;
  }
  if (!inner.ok()) return DecodeError::kTruncated;
  return std::nullopt;
}

std::optional<DecodeError> skip_value(Decoder& decoder, bool& canonical, int depth) {
  char tag = static_cast<char>(decoder.u8());
  if (!decoder.ok()) return DecodeError::kTruncated;
  if (tag == 'L') canonical = false;
  if (tag == 't' && decoder.peek() > 1) canonical = false;
  if (int size = scalar_size(tag); size >= 0) {
    decoder.bytes(static_cast<std::size_t>(size));
  } else if (tag == 'S' || tag == 'x' || tag == 'F' || tag == 'A') {
    std::string_view bytes = decoder.long_string();
    if (!decoder.ok()) return DecodeError::kTruncated;
    if (tag == 'F' || tag == 'A') return skip_container(bytes, tag == 'F', canonical, depth);
  } else {
    return DecodeError::kUnknownFieldTag;
  }
  if (!decoder.ok()) return DecodeError::kTruncated;
  return std::nullopt;
}

}  // namespace

Table::Table(std::initializer_list<Entry> entries) : entries_(entries) {}

const Value* Table::find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.first == key) return &entry.second;
  }
  return nullptr;
}

void Table::append(std::string key, Value value) {
  entries_.emplace_back(std::move(key), std::move(value));
}

void Table::set(std::string_view key, Value value) {
  for (Entry& entry : entries_) {
    if (entry.first == key) {
      entry.second = std::move(value);
      return;
    }
  }
  append(std::string(key), std::move(value));
}

bool Table::erase(std::string_view key) {
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.first == key; }) > 0;
}

void Table::canonicalize() {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.first < b.first; });
  auto same_key = [](const Entry& a, const Entry& b) { return a.first == b.first; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same_key), entries_.end());
}

bool Table::operator==(const Table& other) const {
  return entries_ == other.entries_;
}

Value Value::table(Table value) {
  return {'F', std::move(value)};
}

bool Value::is_integer() const {
  return std::string_view("bBsuIil").find(tag) != std::string::npos;
}

std::optional<std::int64_t> Value::as_integer() const {
  if (!is_integer()) return std::nullopt;
  return std::get<std::int64_t>(data);
}

const std::string* Value::as_string() const {
  return tag == 'S' ? std::get_if<std::string>(&data) : nullptr;
}

const Table* Value::as_table() const {
  return std::get_if<Table>(&data);
}

std::optional<bool> Value::as_bool() const {
  if (tag != 't') return std::nullopt;
  return std::get<bool>(data);
}

std::string_view type_name(char tag) {
  switch (tag) {
    case 't':
      return "bool";
    case 'b':
      return "byte";
    case 'B':
      return "unsignedbyte";
    case 's':
      return "short";
    case 'u':
      return "unsignedshort";
    case 'I':
      return "signedint";
    case 'i':
      return "unsignedint";
    case 'l':
      return "long";
    case 'f':
      return "float";
    case 'd':
      return "double";
    case 'D':
      return "decimal";
    case 'T':
      return "timestamp";
    case 'S':
      return "longstr";
    case 'x':
      return "binary";
    case 'A':
      return "array";
    case 'F':
      return "table";
    case 'V':
      return "void";
    default:
      return "unknown";
  }
}

Result<Table> decode_table(std::string_view bytes) {
  return decode_table_at(bytes, 0);
}

Result<Value> decode_value(Decoder& decoder) {
  return decode_value_at(decoder, 0);
}

void encode_table(std::string& out, const Table& table) {
  Encoder encoder(out);
  std::size_t start = out.size();
  encoder.u32(0);
  for (const auto& [key, value] : table) {
    encoder.short_string(key);
    encode_value(out, value);
  }
  encoder.patch_u32(start, static_cast<std::uint32_t>(out.size() - start - 4));
}

namespace {

void encode_integer(Encoder& encoder, char tag, std::int64_t value) {
  switch (scalar_size(tag)) {
    case 1:
      return encoder.u8(static_cast<std::uint8_t>(value));
    case 2:
      return encoder.u16(static_cast<std::uint16_t>(value));
    case 4:
      return encoder.u32(static_cast<std::uint32_t>(value));
    default:
      return encoder.u64(static_cast<std::uint64_t>(value));
  }
}

void encode_array(std::string& out, const Array& array) {
  Encoder encoder(out);
  std::size_t start = out.size();
  encoder.u32(0);
  for (const Value& value : array) encode_value(out, value);
  encoder.patch_u32(start, static_cast<std::uint32_t>(out.size() - start - 4));
}

void encode_real(Encoder& encoder, char tag, double value) {
  if (tag == 'f') {
    encoder.u32(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
  } else {
    encoder.u64(std::bit_cast<std::uint64_t>(value));
  }
}

}  // namespace

void encode_value(std::string& out, const Value& value) {
  Encoder encoder(out);
  encoder.u8(static_cast<std::uint8_t>(value.tag));
  switch (value.tag) {
    case 't':
      return encoder.u8(std::get<bool>(value.data) ? 1 : 0);
    case 'T':
      return encoder.u64(std::get<std::uint64_t>(value.data));
    case 'f':
    case 'd':
      return encode_real(encoder, value.tag, std::get<double>(value.data));
    case 'D': {
      const auto& decimal = std::get<Decimal>(value.data);
      encoder.u8(decimal.scale);
      return encoder.u32(static_cast<std::uint32_t>(decimal.value));
    }
    case 'S':
    case 'x':
      return encoder.long_string(std::get<std::string>(value.data));
    case 'A':
      return encode_array(out, std::get<Array>(value.data));
    case 'F':
      return encode_table(out, std::get<Table>(value.data));
    case 'V':
      return;
    default:
      return encode_integer(encoder, value.tag, std::get<std::int64_t>(value.data));
  }
}

Result<TableShape> inspect_table(std::string_view bytes) {
  TableShape shape;
  Decoder decoder(bytes);
  std::string_view previous;
  bool first = true;
  while (!decoder.at_end()) {
    std::string_view key = decoder.short_string();
    if (!decoder.ok()) return DecodeError::kTruncated;
    if (!first && key <= previous) shape.canonical = false;
    previous = key;
    first = false;
    if (auto error = skip_value(decoder, shape.canonical, 1)) return *error;
  }
  return shape;
}

std::string_view find_encoded(std::string_view table_bytes, std::string_view key) {
  Decoder decoder(table_bytes);
  bool canonical = true;
  while (!decoder.at_end()) {
    std::string_view name = decoder.short_string();
    const char* start = decoder.rest().data();
    if (!decoder.ok() || skip_value(decoder, canonical, 1)) return {};
    if (name == key) return {start, static_cast<std::size_t>(decoder.rest().data() - start)};
  }
  return {};
}

}  // namespace amqp
