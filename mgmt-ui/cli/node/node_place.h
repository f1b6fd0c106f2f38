#pragma once
// Where the node is that a command is for: behind the local socket of a data directory, which the
// broker's own configuration names, or at a URL. Read once from options and environment.

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "broker/config/conf_file.h"
#include "mgmt-ui/cli/arguments/arguments.h"
#include "mgmt-ui/cli/output/outcome.h"

namespace coney::cli {

struct LocalPlace {
  std::string socket;
  std::string node_name;  // that the configuration gives; empty: unknown
};

struct RemotePlace {
  bool tls = false;
  std::string host;
  std::string port;
  std::string prefix;  // of paths
  std::string user, password;
  std::string ca_file;  // empty: the system's
};

using NodePlace = std::variant<LocalPlace, RemotePlace>;

// The URL is that of --url, else of CONEYCTL_URL; its password may come from --password-file ("-"
// is `input`) or CONEYCTL_PASSWORD.
Result<NodePlace> find_node(const Arguments& arguments, const Environment& environment,
                            std::istream& input);

// "http(s)://user:password@host:port/prefix"; names and passwords are percent-decoded.
std::optional<RemotePlace> parse_url(std::string_view url);

// Does -n mean the node of this name? "rabbit" is that on any host, and so is "rabbit@localhost".
bool is_meant(std::string_view wanted, std::string_view name);

}  // namespace coney::cli
