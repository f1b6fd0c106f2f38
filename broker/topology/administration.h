#pragma once
// Commands of operators and of whoever manages the broker for them (HTTP API, CLI): vhosts, users,
// permissions, limits, policies, parameters, whole definitions. Each is checked, stored and in
// effect on every shard as one change; RabbitMQ's texts where it has any. Whether who asks may do
// so is for the sender to know.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "persistence/definitions/records.h"

namespace coney {

// Fields that are not given stay as they are; in a new vhost they are empty.
struct PutVhost {
  std::string name;
  std::optional<std::string> description{};
  std::optional<std::vector<std::string>> tags{};
  std::optional<std::string> default_queue_type{};
  std::optional<bool> protected_from_deletion{};
  std::string creator{};  // gets every permission in a new vhost; empty: nobody
};
// Everything in it goes, its connections are closed with 320.
struct DeleteVhost {
  std::string name;
};

// A user that exists keeps permissions and limits.
struct PutUser {
  std::string name;
  std::string password_hash;  // empty: no login by password
  PasswordHashing hashing = PasswordHashing::kSha256;
  std::vector<std::string> tags{};
};
// Its connections are closed with 320.
struct DeleteUser {
  std::string name;
};
struct ChangePassword {
  std::string user;
  std::string password_hash;
  PasswordHashing hashing = PasswordHashing::kSha256;
};
struct SetTags {
  std::string user;
  std::vector<std::string> tags;
};

struct SetPermissions {
  PermissionRecord record;
};
struct ClearPermissions {
  std::string user, vhost;
};
struct SetTopicPermissions {
  TopicPermissionRecord record;
};
struct ClearTopicPermissions {
  std::string user, vhost;
  std::optional<std::string> exchange{};  // none: of every exchange
};

// By RabbitMQ's names: "max-connections" and "max-queues" of a vhost, "max-connections" and
// "max-channels" of a user. No value: the limit goes.
using Limits = std::map<std::string, std::optional<std::int64_t>>;
struct SetVhostLimits {
  std::string vhost;
  Limits limits;
  bool only_these = false;  // those that are not named go
};
struct SetUserLimits {
  std::string user;
  Limits limits;
  bool only_these = false;
};

struct PutPolicy {
  PolicyRecord record;
};
struct DeletePolicy {
  std::string vhost;
  bool is_operator = false;
  std::string name;
};

// The component vhost-limits sets the limits of the vhost; policies are not parameters here.
struct PutParameter {
  ParameterRecord record;
};
struct DeleteParameter {
  std::string vhost, component, name;
};
struct PutGlobalParameter {
  GlobalParameterRecord record;
};
struct DeleteGlobalParameter {
  std::string name;
};

// All or nothing, as Topology::import().
struct ImportDefinitions {
  std::shared_ptr<const Definitions> definitions;
};

using AdministrationCommand =
    std::variant<PutVhost, DeleteVhost, PutUser, DeleteUser, ChangePassword, SetTags,
                 SetPermissions, ClearPermissions, SetTopicPermissions, ClearTopicPermissions,
                 SetVhostLimits, SetUserLimits, PutPolicy, DeletePolicy, PutParameter,
                 DeleteParameter, PutGlobalParameter, DeleteGlobalParameter, ImportDefinitions>;

// Why a command was not carried out.
struct Refusal {
  enum class Kind : std::uint8_t {
    kInvalid,         // text says what; RabbitMQ's where it has one
    kInvalidPattern,  // subject is the expression
    kNoVhost,         // subject is its name, also below
    kNoUser,
    kNoExchange,
    kNotFound,   // what was to be removed
    kProtected,  // a vhost from deletion
  };
  Kind kind{};
  std::string text;
  std::string subject{};
  std::size_t position = 0;  // in an expression
};

}  // namespace coney
