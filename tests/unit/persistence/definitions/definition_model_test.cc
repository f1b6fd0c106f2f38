// Random operations against a naive model.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include "persistence/definitions/schema.h"
#include "tests/unit/persistence/definitions/definition_fixture.h"

namespace coney {
namespace {

// The same contract as the store's, over ordered maps.
class Model {
 public:
  using Pair = std::pair<std::string, std::string>;

  void put(const VhostRecord& r) { vhosts_[r.name] = r; }
  void put(const UserRecord& r) { users_[r.name] = r; }
  void put(const PermissionRecord& r) { permissions_[{r.user, r.vhost}] = r; }
  void put(const TopicPermissionRecord& r) { topics_[{r.user, r.vhost, r.exchange}] = r; }
  void put(const ExchangeRecord& r) { exchanges_[{r.vhost, r.name}] = r; }
  void put(const QueueRecord& r) { queues_[{r.vhost, r.name}] = r; }
  void put(const BindingRecord& r) { bindings_[key(r)] = r; }
  void put(const PolicyRecord& r) { policies_[{r.vhost, r.is_operator, r.name}] = r; }
  void put(const ParameterRecord& r) { parameters_[{r.vhost, r.component, r.name}] = r; }
  void put(const GlobalParameterRecord& r) { globals_[r.name] = r; }

  void remove_vhost(const std::string& name) {
    vhosts_.erase(name);
    auto inside = [&](const auto& entry) { return entry.second.vhost == name; };
    std::erase_if(permissions_, inside);
    std::erase_if(topics_, inside);
    std::erase_if(exchanges_, inside);
    std::erase_if(queues_, inside);
    std::erase_if(bindings_, inside);
    std::erase_if(policies_, inside);
    std::erase_if(parameters_, inside);
  }
  void remove_user(const std::string& name) {
    users_.erase(name);
    auto of_user = [&](const auto& entry) { return entry.second.user == name; };
    std::erase_if(permissions_, of_user);
    std::erase_if(topics_, of_user);
  }
  void remove_exchange(const std::string& vhost, const std::string& name) {
    exchanges_.erase({vhost, name});
    std::erase_if(bindings_, [&](const auto& entry) {
      const BindingRecord& b = entry.second;
      bool to_it = b.destination_kind == DestinationKind::kExchange && b.destination == name;
      return b.vhost == vhost && (b.source == name || to_it);
    });
  }
  void remove_queue(const std::string& vhost, const std::string& name) {
    queues_.erase({vhost, name});
    std::erase_if(bindings_, [&](const auto& entry) {
      const BindingRecord& b = entry.second;
      return b.vhost == vhost && b.destination_kind == DestinationKind::kQueue &&
             b.destination == name;
    });
  }
  void remove(const BindingRecord& r) { bindings_.erase(key(r)); }
  void remove(const PolicyRecord& r) { policies_.erase({r.vhost, r.is_operator, r.name}); }
  void remove(const ParameterRecord& r) { parameters_.erase({r.vhost, r.component, r.name}); }
  void remove(const GlobalParameterRecord& r) { globals_.erase(r.name); }

  Definitions load() const {
    return {values(vhosts_),     values(users_),  values(permissions_), values(topics_),
            values(exchanges_),  values(queues_), values(bindings_),    values(policies_),
            values(parameters_), values(globals_)};
  }

 private:
  using BindingKey =
      std::tuple<std::string, std::string, DestinationKind, std::string, std::string, std::string>;

  static BindingKey key(const BindingRecord& r) {
    std::string arguments;
    amqp::encode_table(arguments, r.arguments);
    return {r.vhost,       r.source,      r.destination_kind,
            r.destination, r.routing_key, arguments.substr(4)};
  }
  template <typename Key, typename Record>
  static std::vector<Record> values(const std::map<Key, Record>& map) {
    std::vector<Record> all;
    for (const auto& [unused, record] : map) all.push_back(record);
    return all;
  }

  std::map<std::string, VhostRecord> vhosts_;
  std::map<std::string, UserRecord> users_;
  std::map<Pair, PermissionRecord> permissions_;
  std::map<std::tuple<std::string, std::string, std::string>, TopicPermissionRecord> topics_;
  std::map<Pair, ExchangeRecord> exchanges_;
  std::map<Pair, QueueRecord> queues_;
  std::map<BindingKey, BindingRecord> bindings_;
  std::map<std::tuple<std::string, bool, std::string>, PolicyRecord> policies_;
  std::map<std::tuple<std::string, std::string, std::string>, ParameterRecord> parameters_;
  std::map<std::string, GlobalParameterRecord> globals_;
};

class RandomOperations {
 public:
  RandomOperations(DefinitionStore& store, Model& model, unsigned seed)
      : store_(store), model_(model), random_(seed) {}

  void one() {
    switch (pick(20)) {
      case 0:
        return put(VhostRecord{.name = name(), .tags = {name()}, .max_queues = pick(3)});
      case 1:
        return put(UserRecord{.name = name(), .password_hash = name(), .tags = {name(), ""}});
      case 2:
        return put(PermissionRecord{name(), name(), name(), "", ""});
      case 3:
        return put(TopicPermissionRecord{name(), name(), name(), name(), ""});
      case 4:
        return put(ExchangeRecord{name(), name(), "topic", true, pick(2) == 0, false, arguments()});
      case 5:
        return put(QueueRecord{name(), name(), "classic", true, pick(2) == 0, false, arguments()});
      case 6:
        return remove_vhost(name());
      case 7:
        return remove_user(name());
      case 8:
        return remove_exchange(name(), name());
      case 9:
        return remove_queue(name(), name());
      case 10:
        return remove(binding());
      case 11:
        return put(policy());
      case 12:
        return remove(policy());
      case 13:
        return put(ParameterRecord{name(), name(), name(), name()});
      case 14:
        return remove(ParameterRecord{name(), name(), name(), ""});
      case 15:
        return put(GlobalParameterRecord{name(), name()});
      case 16:
        return remove(GlobalParameterRecord{name(), ""});
      default:
        return put(binding());
    }
  }
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

 private:
  std::string name() {
    const std::string names[] = {"a", "b", "\xc3\xa9", std::string("\0", 1), "B", ""};
    return names[pick(6)];
  }
  amqp::Table arguments() {
    if (pick(2)) return {};
    return {{name(), amqp::Value::int32(pick(2))}};
  }
  BindingRecord binding() {
    auto kind = pick(2) ? DestinationKind::kQueue : DestinationKind::kExchange;
    return {name(), name(), kind, name(), name(), arguments()};
  }
  PolicyRecord policy() {
    return {name(),        pick(2) == 0, name(), name(), PolicyTarget::kQueues,
            pick(3) / 2.0, arguments()};
  }
  template <typename Record>
  void put(const Record& record) {
    model_.put(record);
    ASSERT_TRUE(store_.put(record));
  }
  void remove_vhost(const std::string& vhost) {
    model_.remove_vhost(vhost);
    ASSERT_TRUE(store_.remove_vhost(vhost));
  }
  void remove_user(const std::string& user) {
    model_.remove_user(user);
    ASSERT_TRUE(store_.remove_user(user));
  }
  void remove_exchange(const std::string& vhost, const std::string& exchange) {
    model_.remove_exchange(vhost, exchange);
    ASSERT_TRUE(store_.remove_exchange(vhost, exchange));
  }
  void remove_queue(const std::string& vhost, const std::string& queue) {
    model_.remove_queue(vhost, queue);
    ASSERT_TRUE(store_.remove_queue(vhost, queue));
  }
  void remove(const BindingRecord& record) {
    model_.remove(record);
    ASSERT_TRUE(store_.remove(record));
  }
  void remove(const PolicyRecord& record) {
    model_.remove(record);
    ASSERT_TRUE(store_.remove_policy(record.vhost, record.is_operator, record.name));
  }
  void remove(const ParameterRecord& record) {
    model_.remove(record);
    ASSERT_TRUE(store_.remove_parameter(record.vhost, record.component, record.name));
  }
  void remove(const GlobalParameterRecord& record) {
    model_.remove(record);
    ASSERT_TRUE(store_.remove_global_parameter(record.name));
  }

  DefinitionStore& store_;
  Model& model_;
  std::mt19937 random_;
};

TEST(DefinitionStoreModel, RandomTransactionsAgreeWithOrderedMaps) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  Model model;
  for (unsigned round = 0; round < 200; ++round) {
    Model changed = model;
    RandomOperations operations(*store, changed, round);
    ASSERT_TRUE(store->begin());
    for (int i = operations.pick(40); i >= 0; --i) operations.one();
    if (operations.pick(4) == 0) {
      store->rollback();
    } else {
      ASSERT_TRUE(store->commit());
      model = changed;
    }
    if (operations.pick(8) == 0) store = open_store(directory / "d.sqlite");
    ASSERT_EQ(load(store), model.load()) << "round " << round;
  }
}

}  // namespace
}  // namespace coney
