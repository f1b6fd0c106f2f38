#pragma once
// What the list commands have in common.

#include <functional>

#include "mgmt-ui/cli/command/columns.h"
#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

struct Listing {
  std::string path;
  std::span<const Column> columns;
  std::initializer_list<std::string_view> usual;
  // The fields that columns read, beside those that have their own name.
  std::string_view extra_fields{};
  std::string_view integer = "long";  // in arguments
};

// Asks for the fields of the chosen columns and no others. A vhost that does not exist has no rows,
// as with RabbitMQ. `adjust` sees each row before it is cut into columns.
Outcome list_rows(Context& context, const Listing& listing,
                  const std::function<void(boost::json::object&)>& adjust = {});

bool in_json(const Context& context);

}  // namespace coney::cli
