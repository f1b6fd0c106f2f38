// The method table against the specification (Debian's amqp-specs, RabbitMQ's edition of 0-9-1),
// and what RabbitMQ understands beyond that file, listed here.

#include <gtest/gtest.h>

#include <algorithm>

#include "amqp/methods.h"
#include "amqp/properties.h"
#include "tests/unit/amqp/spec_xml.h"

namespace amqp::testing {
namespace {

constexpr const char* kSpecFile =
    "/usr/share/amqp/specs/0-9-1-rabbit/amqp0-9-1.stripped.extended.xml";

std::string_view type_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBit:
      return "bit";
    case FieldKind::kOctet:
      return "octet";
    case FieldKind::kShort:
      return "short";
    case FieldKind::kLong:
      return "long";
    case FieldKind::kLongLong:
      return "longlong";
    case FieldKind::kShortString:
      return "shortstr";
    case FieldKind::kLongString:
      return "longstr";
    case FieldKind::kTable:
      return "table";
  }
  return "";
}

// Methods that the file lacks: connection.blocked and later ones, and the access class of 0-9,
// which RabbitMQ still answers.
const std::vector<SpecMethod> kBeyondTheFile = {
    {10, 60, "connection.blocked", false, {{"reason", "shortstr"}}},
    {10, 61, "connection.unblocked", false, {}},
    {10,
     70,
     "connection.update-secret",
     false,
     {{"new-secret", "longstr"}, {"reason", "shortstr"}}},
    {10, 71, "connection.update-secret-ok", false, {}},
    {30,
     10,
     "access.request",
     false,
     {{"realm", "shortstr"},
      {"exclusive", "bit"},
      {"passive", "bit"},
      {"active", "bit"},
      {"write", "bit"},
      {"read", "bit"}}},
    {30, 11, "access.request-ok", false, {{"reserved-1", "short"}}},
};

template <typename Method>
std::string describe() {
  std::string text = std::to_string(Method::kMethod.id.class_id) + "/" +
                     std::to_string(Method::kMethod.id.method_id) + " " +
                     std::string(Method::kMethod.name) +
                     (Method::kMethod.has_content ? " content" : "");
  auto add = [&](const auto& field) {
    text += " " + std::string(field.name) + ":" +
            std::string(type_of(std::remove_cvref_t<decltype(field)>::kKind));
  };
  std::apply([&](const auto&... fields) { (add(fields), ...); }, Method::kFields);
  return text;
}

std::string describe(const SpecMethod& method) {
  std::string text = std::to_string(method.class_id) + "/" + std::to_string(method.method_id) +
                     " " + method.name + (method.has_content ? " content" : "");
  for (const SpecField& field : method.fields) text += " " + field.name + ":" + field.type;
  return text;
}

std::vector<std::string> described_table() {
  std::vector<std::string> lines;
  for_each_method([&]<typename Method>() { lines.push_back(describe<Method>()); });
  std::sort(lines.begin(), lines.end());
  return lines;
}

Spec spec_or_fail() {
  Spec spec;
  EXPECT_TRUE(read_spec(kSpecFile, spec)) << kSpecFile << ": install the package amqp-specs";
  return spec;
}

TEST(MethodTable, EqualsTheSpecificationAndTheListedExtensions) {
  const Spec spec = spec_or_fail();
  ASSERT_GE(spec.methods.size(), 60u);
  std::vector<std::string> expected;
  for (const SpecMethod& method : spec.methods) expected.push_back(describe(method));
  for (const SpecMethod& method : kBeyondTheFile) expected.push_back(describe(method));
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(described_table(), expected);
}

TEST(MethodTable, FindsEveryMethodByItsIdsAndNoOther) {
  std::size_t known = 0;
  for_each_method([&]<typename Method>() {
    const MethodInfo* info = find_method(Method::kMethod.id);
    ASSERT_NE(info, nullptr) << Method::kMethod.name;
    EXPECT_EQ(info->name, Method::kMethod.name);
    EXPECT_EQ(info->has_content, Method::kMethod.has_content);
    ++known;
  });
  std::size_t found = 0;
  for (std::uint16_t class_id = 0; class_id < 200; ++class_id) {
    for (std::uint16_t method_id = 0; method_id < 200; ++method_id) {
      found += find_method({class_id, method_id}) != nullptr;
    }
  }
  EXPECT_EQ(found, known);
  EXPECT_EQ(find_method({0xFFFF, 0xFFFF}), nullptr);
}

// Sets one property at a time and says which flag bit that set and how its value was written.
template <typename T>
void expect_property(std::optional<T> PropertyList::*member, T value, const SpecField& field,
                     std::size_t position) {
  PropertyList list;
  list.*member = value;
  std::string bytes;
  list.encode(bytes);
  const auto flags = wire::load<std::uint16_t>(bytes.data());
  EXPECT_EQ(flags, 1u << (15 - position)) << field.name;
  std::string expected;
  Encoder encoder(expected);
  if (field.type == "shortstr") encoder.short_string("ab");
  if (field.type == "table") encoder.u32(2), encoder.bytes("ab");
  if (field.type == "octet") encoder.u8(7);
  if (field.type == "timestamp") encoder.u64(7);
  EXPECT_EQ(bytes.substr(2), expected) << field.name;
}

TEST(PropertyFlags, FollowTheOrderAndTypesOfTheSpecification) {
  const Spec spec = spec_or_fail();
  const auto found = spec.properties.find("basic");
  ASSERT_NE(found, spec.properties.end());
  const std::vector<SpecField>& fields = found->second;
  ASSERT_EQ(fields.size(), 14u);
  EXPECT_EQ(spec.class_ids.at("basic"), kBasicClass);
  std::size_t at = 0;
  auto text = [&](std::string_view name, std::optional<std::string_view> PropertyList::*member) {
    EXPECT_EQ(fields[at].name, name);
    expect_property<std::string_view>(member, "ab", fields[at], at);
    ++at;
  };
  auto octet = [&](std::string_view name, std::optional<std::uint8_t> PropertyList::*member) {
    EXPECT_EQ(fields[at].name, name);
    expect_property<std::uint8_t>(member, 7, fields[at], at);
    ++at;
  };
  text("content-type", &PropertyList::content_type);
  text("content-encoding", &PropertyList::content_encoding);
  text("headers", &PropertyList::headers);
  octet("delivery-mode", &PropertyList::delivery_mode);
  octet("priority", &PropertyList::priority);
  text("correlation-id", &PropertyList::correlation_id);
  text("reply-to", &PropertyList::reply_to);
  text("expiration", &PropertyList::expiration);
  text("message-id", &PropertyList::message_id);
  expect_property<std::uint64_t>(&PropertyList::timestamp, 7, fields[at], at);
  EXPECT_EQ(fields[at++].name, "timestamp");
  text("type", &PropertyList::type);
  text("user-id", &PropertyList::user_id);
  text("app-id", &PropertyList::app_id);
  text("reserved", &PropertyList::cluster_id);  // cluster-id in the older editions and in clients
}

}  // namespace
}  // namespace amqp::testing
