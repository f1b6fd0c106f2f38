#include "mgmt-ui/cli/node/unreachable.h"

#include <fmt/format.h>

#include <boost/beast/core/error.hpp>
#include <cerrno>
#include <cstring>

namespace coney::cli {
namespace {

std::string headline(std::string_view node) {
  return fmt::format(
      "Error: unable to perform an operation on node '{}'. Please see diagnostics information and "
      "suggestions below.\n\n",
      node);
}

std::string place_text(const RemotePlace& place) {
  return fmt::format("{}://{}:{}", place.tls ? "https" : "http", place.host, place.port);
}

std::string next_step(int error) {
  if (error == EACCES || error == EPERM) {
    return "This user may not use the socket. Run the command as root or as the broker's user "
           "(sudo -u coney coneyctl ...).";
  }
  std::string text = "Start the broker (systemctl start coney)";
  if (error == ENOENT || error == ENOTDIR) {
    text += ", or name its data directory with --data-dir";
  }
  return text + ", or a node elsewhere with --url http://user:password@host:15672.";
}

}  // namespace

Failure no_local_node(const LocalPlace& place, int error) {
  std::string text = headline(place.node_name.empty() ? place.socket : place.node_name);
  text += fmt::format("No broker answers at {}: {}.\n{}", place.socket, std::strerror(error),
                      next_step(error));
  const bool forbidden = error == EACCES || error == EPERM;
  return {forbidden ? ExitCode::kNoPermission : ExitCode::kUnavailable, std::move(text)};
}

Failure no_remote_node(const RemotePlace& place, const boost::system::error_code& error) {
  return {ExitCode::kUnavailable,
          headline(place_text(place)) +
              fmt::format("{} cannot be reached: {}.\nIs the broker running there, is its HTTP API "
                          "on this port, and does a firewall let the connection through?",
                          place_text(place), error.message())};
}

Failure no_answer(const NodePlace& place, const boost::system::error_code& error) {
  const auto* remote = std::get_if<RemotePlace>(&place);
  const std::string where = remote ? place_text(*remote) : std::get<LocalPlace>(place).socket;
  const bool late = error == boost::beast::error::timeout;
  return {late ? ExitCode::kTemporary : ExitCode::kUnavailable,
          headline(where) + fmt::format("The connection to {} ended without an answer: {}.{}",
                                        where, error.message(),
                                        late ? "\nGive it more time with --timeout." : "")};
}

Failure another_node(const std::string& wanted, const std::string& found) {
  return {ExitCode::kUnavailable,
          headline(wanted) +
              fmt::format("The node that answers is '{}'.\nLeave out --node, or name the other "
                          "node's data directory with --data-dir or its address with --url.",
                          found)};
}

}  // namespace coney::cli
