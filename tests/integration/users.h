#pragma once
// Users for tests of logins: who is logged in shows in the queues that may be declared.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/integration/client.h"

namespace coney::test {

// A definitions file: guest as ever; alice (password "secret"), who may declare queues whose names
// begin with hers; a user as a certificate's whole subject names it, for "subject...".
inline std::string users_file(const std::filesystem::path& path) {
  std::ofstream(path) << R"({
    "vhosts": [{"name": "/"}],
    "users": [{"name": "guest", "password": "guest", "tags": "administrator"},
              {"name": "alice", "password": "secret", "tags": ""},
              {"name": "CN=alice,O=Coney Test", "password_hash": "", "tags": ""}],
    "permissions": [
      {"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
      {"user": "alice", "vhost": "/", "configure": "^alice", "write": ".*", "read": ".*"},
      {"user": "CN=alice,O=Coney Test", "vhost": "/", "configure": "^subject", "write": ".*", "read": ".*"}]})";
  return path.string();
}

// The code with which `connect` ends, a callable that returns a Client; 0 when it connects.
template <typename Connect>
int refusal(Connect connect) {
  try {
    connect();
  } catch (const ClosedByBroker& closed) {
    return closed.code;
  }
  return 0;
}

// The client may declare queues that begin with `prefix` and no others.
inline void expect_permissions_of(Client& client, const std::string& prefix) {
  client.declare(prefix + ".queue", {.exclusive = true});
  EXPECT_EQ(refusal([&] { client.declare("another's.queue"); }), 403);
}

}  // namespace coney::test
