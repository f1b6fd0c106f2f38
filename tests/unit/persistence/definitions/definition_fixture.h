#pragma once
// What the tests of the definitions database share: a store that opened, its content, a sample of
// each kind of record.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "persistence/definitions/definition_store.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {

using Store = std::unique_ptr<DefinitionStore>;

inline Store open_store(const std::filesystem::path& path, const char* vfs = nullptr) {
  auto store = DefinitionStore::open(path, vfs);
  if (store) return std::move(*store);
  ADD_FAILURE() << store.error().message;
  return nullptr;
}

inline Definitions load(const Store& store) {
  auto stored = store->load();
  if (stored) return stored->definitions;
  ADD_FAILURE() << stored.error().message;
  return {};
}

// By name.
inline std::map<std::string, StoredQueueId> queue_ids(const Store& store) {
  auto stored = store->load();
  if (!stored) ADD_FAILURE() << stored.error().message;
  std::map<std::string, StoredQueueId> ids;
  if (!stored) return ids;
  EXPECT_EQ(stored->queue_ids.size(), stored->definitions.queues.size());
  for (std::size_t n = 0; n != stored->queue_ids.size(); ++n) {
    ids.emplace(stored->definitions.queues[n].name, stored->queue_ids[n]);
  }
  return ids;
}

template <typename... Records>
void put_all(const Store& store, const Records&... records) {
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE((... && store->put(records).has_value()));
  ASSERT_TRUE(store->commit());
}

inline amqp::Table many_values() {
  using amqp::Value;
  return {{"a", Value::int32(-5)},
          {"b", Value::array({Value::text("x"), Value::void_value(), Value::boolean(true)})},
          {"c", Value::table({{"inner", Value::number(0.25)}})},
          {"d", Value{'D', amqp::Decimal{2, 314}}},
          {"t", Value::timestamp(1700000000)},
          {"z", Value{'x', std::string("\0\xff\x01", 3)}}};
}

// One of each kind, with bytes that are awkward for SQL, C strings and UTF-8.
inline Definitions samples() {
  const std::string odd = std::string("o'd\0d", 5) + "\xff\xc3(";
  Definitions all;
  all.vhosts = {{.name = "", .tags = {""}},
                {.name = "/",
                 .description = odd,
                 .tags = {"one", "two, too", odd},
                 .default_queue_type = "quorum",
                 .max_connections = -1,
                 .max_queues = 1000,
                 .protected_from_deletion = true}};
  all.users = {{.name = "guest",
                .password_hash = "abc=",
                .hashing = PasswordHashing::kMd5,
                .tags = {"administrator"},
                .max_connections = 0,
                .max_channels = 7},
               {.name = "nobody"}};
  all.permissions = {{"guest", "", "^a", "b$", ".*"}, {"guest", "/", "", "", odd}};
  all.topic_permissions = {{"guest", "/", "amq.topic", "^{username}", ".*"}};
  all.exchanges = {{"/", "amq.topic", "topic", true, false, false, {}},
                   {"/", "x", "headers", false, true, true, many_values()}};
  all.queues = {{"/", odd, "classic", true, false, false, many_values()},
                {"/", "q", "quorum", false, true, false, {}}};
  all.bindings = {{"/", "amq.topic", DestinationKind::kQueue, odd, "a.#", {}},
                  {"/", "amq.topic", DestinationKind::kQueue, odd, "a.#", many_values()},
                  {"/", "amq.topic", DestinationKind::kExchange, "x", "", {}},
                  {"/", "x", DestinationKind::kQueue, "q", odd, {}}};
  std::swap(all.queues[0], all.queues[1]);  // "o'd" < "q": loading sorts
  all.policies = {{"/", false, odd, odd, PolicyTarget::kExchanges, -1.5, many_values()},
                  {"/",
                   true,
                   odd,
                   "^a",
                   PolicyTarget::kStreams,
                   1e18,
                   {{"max-length", amqp::Value::int64(5)}}}};
  all.parameters = {{"/", "federation-upstream", odd, R"({"uri":["a",1,null]})"}};
  all.global_parameters = {{"cluster_name", R"("rabbit@host")"}, {odd, "{}"}};
  return all;
}

inline void put_samples(const Store& store, const Definitions& all) {
  auto put_list = [&](const auto& list) {
    for (const auto& record : list) ASSERT_TRUE(store->put(record));
  };
  ASSERT_TRUE(store->begin());
  put_list(all.vhosts);
  put_list(all.users);
  put_list(all.permissions);
  put_list(all.topic_permissions);
  put_list(all.exchanges);
  put_list(all.queues);
  put_list(all.bindings);
  put_list(all.policies);
  put_list(all.parameters);
  put_list(all.global_parameters);
  ASSERT_TRUE(store->commit());
}

}  // namespace coney
