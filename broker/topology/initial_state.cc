#include "broker/topology/initial_state.h"

#include "broker/arguments/resource_text.h"
#include "broker/auth/password_hash.h"
#include "broker/exchange/exchange_type.h"
#include "broker/log/log.h"
#include "broker/policy/policy_check.h"
#include "broker/topology/definitions_import.h"
#include "broker/topology/predeclared_exchanges.h"
#include "broker/topology/record_checks.h"

namespace coney {
namespace {

using Fault = std::optional<std::string>;
constexpr auto kTopology = log::Category::kTopology;

template <typename Record>
std::shared_ptr<const Record> share(const Record& record) {
  return std::make_shared<const Record>(record);
}

Fault commit(TopologyState& state) {
  if (auto failed = state.commit()) return failed->message;
  return std::nullopt;
}

// ---- the database ----

class Loading {
 public:
  explicit Loading(TopologyState& state) : state_(state), catalog_(state.catalog()) {}

  void run(const StoredDefinitions& loaded) {
    const Definitions& stored = loaded.definitions;
    for (const auto& record : stored.vhosts) load(record);
    for (const auto& record : stored.users) state_.apply_stored(UserPut{share(record)});
    for (const auto& record : stored.global_parameters) {
      state_.apply_stored(GlobalParameterPut{share(record)});
    }
    for (const auto& record : stored.permissions) {
      warn_of_patterns(record);
      state_.apply_stored(PermissionPut{share(record)});
    }
    for (const auto& record : stored.topic_permissions) {
      warn_of_patterns(record);
      state_.apply_stored(TopicPermissionPut{share(record)});
    }
    for (const auto& record : stored.parameters) state_.apply_stored(ParameterPut{share(record)});
    for (const auto& record : stored.policies) load(record);
    for (const auto& record : stored.exchanges) load(record);
    for (std::size_t n = 0; n != stored.queues.size(); ++n) {
      load(stored.queues[n], loaded.queue_ids[n]);
    }
    for (const auto& record : stored.bindings) load(record);
  }

 private:
  template <typename Record>
  void warn_of_patterns(const Record& record) {
    if (auto fault = check_patterns(record)) log::warning(kTopology, "refused: {}", *fault);
  }

  void load(const VhostRecord& record) {
    state_.apply_stored(VhostPut{share(record)});
    for (const ExchangeRecord& exchange : predeclared_exchanges(record.name)) {
      state_.apply_stored(ExchangePut{share(exchange)});
    }
  }

  void load(const PolicyRecord& record) {
    if (auto fault = check_policy(record)) {
      log::warning(kTopology, "policy '{}' in vhost '{}': {}", record.name, record.vhost, *fault);
    }
    state_.apply_stored(PolicyPut{share(record)});
  }

  void load(const ExchangeRecord& record) {
    const ExchangeType* type = find_exchange_type(record.type);
    if (!catalog_.find_vhost(record.vhost) || !type || !type->implemented()) {
      log::warning(kTopology, "{} of type '{}' left out: vhost or type missing",
                   exchange_text(record.name, record.vhost), record.type);
      return;
    }
    state_.apply_stored(ExchangePut{share(record)});
  }

  void load(const QueueRecord& record, StoredQueueId id) {
    if (!catalog_.find_vhost(record.vhost)) {
      log::warning(kTopology, "{} left out: no such vhost", queue_text(record.name, record.vhost));
      return;
    }
    state_.apply_stored(QueuePut{share(record), state_.slots().allocate(), {}, id, true});
  }

  void load(const BindingRecord& record) {
    if (!has_ends(catalog_, record)) {
      log::warning(kTopology, "{} left out: one of them is missing", binding_text(record));
      return;
    }
    state_.apply_stored(BindingPut{share(record)});
  }

  TopologyState& state_;
  const Catalog& catalog_;
};

}  // namespace

std::optional<std::string> load_stored(TopologyState& state) {
  if (!state.store()) return std::nullopt;
  auto stored = state.store()->load();
  if (!stored) return stored.error().message;
  Loading(state).run(*stored);
  return commit(state);
}

std::optional<std::string> skip_queue_ids(TopologyState& state, StoredQueueId up_to) {
  DefinitionStore* store = state.store();
  if (!store) return std::nullopt;
  auto done = store->begin();
  if (done) done = store->skip_queue_ids(up_to);
  if (done) done = store->commit();
  if (done) return std::nullopt;
  return done.error().message;
}

std::optional<std::string> create_defaults(TopologyState& state,
                                           const DefaultDefinitions& defaults) {
  if (!state.catalog().vhosts().empty()) return std::nullopt;
  auto hash = hash_password(defaults.password, PasswordHashing::kSha256, random_salt());
  if (!hash) return "the default user has an empty password";
  Definitions all;
  all.vhosts.push_back({.name = defaults.vhost, .description = "Default virtual host"});
  all.users.push_back(
      {.name = defaults.user, .password_hash = std::move(*hash), .tags = defaults.tags});
  all.permissions.push_back({.user = defaults.user,
                             .vhost = defaults.vhost,
                             .configure = defaults.configure,
                             .write = defaults.write,
                             .read = defaults.read});
  return import_definitions(state, all);
}

}  // namespace coney
