#include "broker/message/cc_header.h"

#include <optional>

#include "amqp/table.h"
#include "broker/message/header_value.h"

namespace coney {
namespace {

constexpr std::string_view kCc = "CC";
constexpr std::string_view kBcc = "BCC";

ArgumentFault not_a_list(std::string_view key, char tag) {
  std::string text = "invalid message: {unacceptable_type_in_header,\"";
  text.append(key).append("\",").append(amqp::type_name(tag));
  return precondition_failed(text.append("}"));
}

void append_strings(std::string_view array, std::vector<std::string_view>& out) {
  amqp::Decoder decoder(array);
  while (!decoder.at_end()) {
    HeaderValue item = read_header_value(decoder);
    if (decoder.ok() && item.tag == 'S') out.push_back(item.data);
  }
}

// The first value of each of the two, as for every header that is given twice.
struct Found {
  std::optional<HeaderValue> cc;
  std::optional<HeaderValue> bcc;
};

Found find_both(std::string_view headers) {
  Found found;
  amqp::Decoder decoder(headers);
  while (!decoder.at_end()) {
    std::string_view key = decoder.short_string();
    HeaderValue value = read_header_value(decoder);
    if (!decoder.ok()) break;
    if (key == kCc && !found.cc) found.cc = value;
    if (key == kBcc && !found.bcc) found.bcc = value;
  }
  return found;
}

}  // namespace

boost::system::result<CarbonCopies, ArgumentFault> read_carbon_copies(std::string_view headers) {
  Found found = find_both(headers);
  if (found.cc && found.cc->tag != 'A') return not_a_list(kCc, found.cc->tag);
  if (found.bcc && found.bcc->tag != 'A') return not_a_list(kBcc, found.bcc->tag);
  CarbonCopies copies;
  copies.has_bcc = found.bcc.has_value();
  if (found.cc) append_strings(found.cc->data, copies.routing_keys);
  if (found.bcc) append_strings(found.bcc->data, copies.routing_keys);
  return copies;
}

std::string without_bcc(std::string_view headers) {
  std::string out;
  out.reserve(headers.size());
  amqp::Decoder decoder(headers);
  while (!decoder.at_end()) {
    std::string_view entry = decoder.rest();
    std::string_view key = decoder.short_string();
    read_header_value(decoder);
    if (!decoder.ok()) return std::string(headers);
    if (key != kBcc) out += entry.substr(0, entry.size() - decoder.remaining());
  }
  return out;
}

}  // namespace coney
