#pragma once
// The headers CC and BCC, RabbitMQ's sender-selected distribution: each is a list of further
// routing keys. BCC is taken out of the message before anyone receives it.
// Headers are encoded tables without their length.

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "broker/arguments/argument_fault.h"

namespace coney {

struct CarbonCopies {
  std::vector<std::string_view> routing_keys;  // CC's, then BCC's; views into the headers
  bool has_bcc = false;
};

// Items that are no strings are passed over; a CC or BCC that is no list is the fault
// "invalid message: {unacceptable_type_in_header,"CC",longstr}". A malformed table counts as far
// as it can be read.
boost::system::result<CarbonCopies, ArgumentFault> read_carbon_copies(std::string_view headers);

// The same headers without BCC, byte for byte; all of them when the table is malformed.
std::string without_bcc(std::string_view headers);

}  // namespace coney
