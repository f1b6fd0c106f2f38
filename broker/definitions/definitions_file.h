#pragma once
// RabbitMQ's definitions JSON (rabbitmqctl export_definitions, GET /api/definitions, the setting
// load_definitions) of versions 3 and 4, of a whole cluster or of one virtual host. Pure but for
// the salts of plain passwords; any thread. Keys that are not known are ignored; the document is
// read whole or not at all, nothing in it can crash or exhaust the stack.
//
// Runtime parameters of components that do nothing yet are kept, with a warning. vhost-limits
// become limits of the vhost where the document defines it, operator policies policies. Whether
// vhosts and users that entries refer to exist, whether exchange and queue types, arguments and
// policies are allowed and whether permissions are valid expressions is for the topology to judge
// when it takes the records.

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/auth/password_hash.h"
#include "broker/definitions/json_place.h"
#include "persistence/definitions/records.h"

namespace coney {

struct DefinitionsFile {
  Definitions definitions;  // in the order of the document; the later of two of one key counts
  std::vector<std::string> warnings;
};

struct DefinitionsReadOptions {
  // Takes every entry for this vhost, whatever the document says. Without it entries name their
  // vhost, or the document of a single vhost does (original_vhost_name), which then is created.
  std::optional<std::string> vhost;
  // For users with a plain `password`.
  PasswordSalt (*salt)() = random_salt;
};

// A queue's type is that of the argument x-queue-type, else of its `type`, else its vhost's default
// as far as the document has it, else classic. Exchanges and queues are durable unless they say
// otherwise.
boost::system::result<DefinitionsFile, JsonErrors> parse_definitions(
    std::string_view document, const DefinitionsReadOptions& options = {});

// boost::system::result asks for this when value() is called on an error: a programming error.
[[noreturn]] void throw_exception_from_error(const JsonErrors& errors,
                                             const boost::source_location&);

}  // namespace coney
