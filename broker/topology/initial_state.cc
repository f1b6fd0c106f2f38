#include "broker/topology/initial_state.h"

#include "broker/arguments/exchange_arguments.h"
#include "broker/arguments/queue_arguments.h"
#include "broker/arguments/resource_text.h"
#include "broker/auth/password_hash.h"
#include "broker/exchange/exchange_type.h"
#include "broker/log/log.h"

namespace coney {
namespace {

using Fault = std::optional<std::string>;
constexpr auto kTopology = log::Category::kTopology;

template <typename Record>
std::shared_ptr<const Record> share(const Record& record) {
  return std::make_shared<const Record>(record);
}

std::string binding_text(const BindingRecord& binding) {
  bool to_queue = binding.destination_kind == DestinationKind::kQueue;
  return "binding of " +
         resource_text(to_queue ? "queue" : "exchange", binding.destination, binding.vhost) +
         " to exchange '" + binding.source + "'";
}

std::string permission_text(std::string_view user, std::string_view vhost) {
  return "permission of user '" + std::string(user) + "' in vhost '" + std::string(vhost) + "'";
}

Fault pattern_fault(std::string_view expression) {
  auto pattern = PermissionPattern::compile(expression);
  if (pattern) return std::nullopt;
  return pattern.error().message;
}

Fault check_patterns(const PermissionRecord& record) {
  for (const std::string* expression : {&record.configure, &record.write, &record.read}) {
    if (auto fault = pattern_fault(*expression)) {
      return permission_text(record.user, record.vhost) + ": " + *fault;
    }
  }
  return std::nullopt;
}

Fault check_patterns(const TopicPermissionRecord& record) {
  const TopicVariables variables{record.user, record.vhost, std::nullopt};
  for (const std::string* expression : {&record.write, &record.read}) {
    if (auto fault = pattern_fault(expand_topic_pattern(*expression, variables))) {
      return "topic " + permission_text(record.user, record.vhost) + ": " + *fault;
    }
  }
  return std::nullopt;
}

bool has_ends(const Catalog& catalog, const BindingRecord& binding) {
  const Vhost* vhost = catalog.find_vhost(binding.vhost);
  if (!vhost || !vhost->find_exchange(binding.source)) return false;
  return binding.destination_kind == DestinationKind::kQueue
             ? vhost->find_queue(binding.destination) != nullptr
             : vhost->find_exchange(binding.destination) != nullptr;
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
    for (const auto& record : stored.permissions) {
      warn_of_patterns(record);
      state_.apply_stored(PermissionPut{share(record)});
    }
    for (const auto& record : stored.topic_permissions) {
      warn_of_patterns(record);
      state_.apply_stored(TopicPermissionPut{share(record)});
    }
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

// ---- a definitions file ----

class Import {
 public:
  explicit Import(TopologyState& state) : state_(state), catalog_(state.catalog()) {}

  Fault run(const Definitions& all) {
    for (const auto& record : all.vhosts) add(record);
    for (const auto& record : all.users) state_.apply(UserPut{share(record)});
    Fault fault = add_all(all.permissions);
    if (!fault) fault = add_all(all.topic_permissions);
    if (!fault) fault = add_all(all.exchanges);
    if (!fault) fault = add_all(all.queues);
    if (!fault) fault = add_all(all.bindings);
    return fault ? fault : commit(state_);
  }

 private:
  template <typename Record>
  Fault add_all(const std::vector<Record>& records) {
    for (const Record& record : records) {
      if (!catalog_.find_vhost(record.vhost)) return "there is no vhost '" + record.vhost + "'";
      if (auto fault = add(record)) return fault;
    }
    return std::nullopt;
  }

  void add(const VhostRecord& record) {
    bool is_new = !catalog_.find_vhost(record.name);
    state_.apply(VhostPut{share(record)});
    if (!is_new) return;
    for (const ExchangeRecord& exchange : predeclared_exchanges(record.name)) {
      state_.apply(ExchangePut{share(exchange)});
    }
  }

  Fault add(const PermissionRecord& record) {
    if (auto fault = check_user(record.user)) return fault;
    if (auto fault = check_patterns(record)) return fault;
    state_.apply(PermissionPut{share(record)});
    return std::nullopt;
  }

  Fault add(const TopicPermissionRecord& record) {
    if (auto fault = check_user(record.user)) return fault;
    if (auto fault = check_patterns(record)) return fault;
    state_.apply(TopicPermissionPut{share(record)});
    return std::nullopt;
  }

  Fault add(const ExchangeRecord& record) {
    if (catalog_.find_vhost(record.vhost)->find_exchange(record.name)) return std::nullopt;
    const std::string text = exchange_text(record.name, record.vhost);
    const ExchangeType* type = find_exchange_type(record.type);
    if (!type) return text + ": " + unknown_exchange_type(record.type).text;
    auto fault = check_alternate_exchange(record.vhost, record.name, record.arguments);
    if (!fault) fault = check_exchange_declare(*type, record.arguments);
    if (fault && !type->implemented() && fault->reply_code == kNotImplemented) {
      log::warning(kTopology, "{} not imported: {} is not implemented", text, fault->text);
      return std::nullopt;
    }
    if (fault) return text + ": " + fault->text;
    state_.apply(ExchangePut{share(record)});
    return std::nullopt;
  }

  Fault add(const QueueRecord& record) {
    if (catalog_.find_vhost(record.vhost)->find_queue(record.name)) return std::nullopt;
    const std::string text = queue_text(record.name, record.vhost);
    auto type = parse_queue_type(record.type);
    if (!type) return text + ": unknown queue type '" + record.type + "'";
    auto checked = check_queue_arguments({.vhost = record.vhost,
                                          .name = record.name,
                                          .durable = record.durable,
                                          .exclusive = record.exclusive,
                                          .auto_delete = record.auto_delete,
                                          .arguments = record.arguments,
                                          .default_type = *type});
    if (!checked) return text + ": " + checked.error().text;
    if (checked->not_implemented) {
      log::warning(kTopology, "{} not imported: {} is not implemented", text,
                   *checked->not_implemented);
      return std::nullopt;
    }
    QueueRecord queue = record;
    queue.type = queue_type_name(checked->settings.type);
    queue.arguments = std::move(checked->table);
    state_.apply(QueuePut{share(queue), state_.slots().allocate(), {}});
    return std::nullopt;
  }

  Fault add(const BindingRecord& record) {
    if (!has_ends(catalog_, record)) {
      log::warning(kTopology, "{} not imported: one of them is missing", binding_text(record));
      return std::nullopt;
    }
    const Vhost& vhost = *catalog_.find_vhost(record.vhost);
    const Exchange& source = *vhost.find_exchange(record.source);
    bool to_queue = record.destination_kind == DestinationKind::kQueue;
    if (source.is_default() || (!to_queue && record.destination.empty())) return std::nullopt;
    std::string_view queue_type =
        to_queue ? vhost.find_queue(record.destination)->record->type : std::string_view();
    const ExchangeType* type = find_exchange_type(source.record->type);
    if (auto fault = check_binding(*type, {record.routing_key, record.arguments, queue_type})) {
      return binding_text(record) + ": " + fault->text;
    }
    if (!catalog_.has_binding(record)) state_.apply(BindingPut{share(record)});
    return std::nullopt;
  }

  Fault check_user(const std::string& name) const {
    if (catalog_.find_user(name)) return std::nullopt;
    return "there is no user '" + name + "'";
  }

  static constexpr std::uint16_t kNotImplemented = 540;

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

std::optional<std::string> import_definitions(TopologyState& state,
                                              const Definitions& definitions) {
  return Import(state).run(definitions);
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
  return Import(state).run(all);
}

}  // namespace coney
