#include "broker/definitions/definitions_diff.h"

#include <gtest/gtest.h>

#include "broker/topology/catalog_definitions.h"
#include "broker/topology/definitions_import.h"

namespace coney {
namespace {

using amqp::Value;
using enum DifferenceKind;

Definitions some() {
  Definitions all;
  all.vhosts = {{.name = "/", .max_queues = 5, .protected_from_deletion = true}};
  all.users = {{.name = "guest", .password_hash = "a"}};
  all.permissions = {{"guest", "/", ".*", ".*", ".*"}};
  all.topic_permissions = {{"guest", "/", "amq.topic", "a", ""}};
  all.exchanges = {{.vhost = "/", .name = "x", .type = "fanout", .durable = true}};
  all.queues = {{.vhost = "/",
                 .name = "q",
                 .durable = true,
                 .arguments = {{"x-queue-type", Value::text("classic")}}}};
  all.bindings = {{.vhost = "/", .source = "x", .destination = "q", .routing_key = "k"}};
  all.policies = {
      {.vhost = "/", .name = "p", .pattern = "q", .definition = {{"max-length", Value::int64(5)}}}};
  all.parameters = {{"/", "shovel", "s", "{}"}};
  all.global_parameters = {{"cluster_name", R"("c")"}};
  return all;
}

TEST(DefinitionsDiff, EqualDefinitionsDoNotDiffer) {
  EXPECT_TRUE(diff(some(), some()).empty());
  EXPECT_TRUE(diff(some(), {}).empty());
}

TEST(DefinitionsDiff, EverythingIsNewToAnEmptyBroker) {
  const std::vector<Difference> expected = {
      {kAdd, "vhost", "", "/"},
      {kAdd, "user", "", "guest"},
      {kAdd, "global parameter", "", "cluster_name"},
      {kAdd, "permission", "/", "guest"},
      {kAdd, "topic permission", "/", "guest, exchange 'amq.topic'"},
      {kAdd, "parameter", "/", "shovel 's'"},
      {kAdd, "policy", "/", "p"},
      {kAdd, "exchange", "/", "x"},
      {kAdd, "queue", "/", "q"},
      {kAdd, "binding", "/", "x -> q, key 'k'"}};
  EXPECT_EQ(diff({}, some()), expected);
}

TEST(DefinitionsDiff, ChangesAndConflicts) {
  Definitions want = some();
  want.vhosts[0].description = "d";
  want.users[0].password_hash = "b";
  want.policies[0].priority = 2;
  want.policies.push_back(want.policies[0]);
  want.policies[1].is_operator = true;
  want.exchanges[0].type = "direct";
  want.queues[0].arguments.set("x-max-length", Value::int32(3));
  const std::vector<Difference> expected = {
      {kChange, "vhost", "", "/"},       {kChange, "user", "", "guest"},
      {kChange, "policy", "/", "p"},     {kAdd, "operator policy", "/", "p"},
      {kConflict, "exchange", "/", "x"}, {kConflict, "queue", "/", "q"}};
  EXPECT_EQ(diff(some(), want), expected);
}

TEST(DefinitionsDiff, WhatAnImportWouldNotChangeIsNoDifference) {
  Definitions want = some();
  want.vhosts[0].max_queues.reset();
  want.vhosts[0].protected_from_deletion = false;
  want.queues[0].arguments = {};
  EXPECT_TRUE(diff(some(), want).empty());
}

// What it says is what an import does: after that nothing differs but conflicts.
TEST(DefinitionsDiff, AgreesWithTheImport) {
  TopologyState state(nullptr, 1);
  ASSERT_EQ(import_definitions(state, some()), std::nullopt);
  EXPECT_TRUE(diff(definitions_of(state.catalog()), some()).empty());
  Definitions want = some();
  want.users[0].tags = {"administrator"};
  want.exchanges[0].type = "direct";
  want.vhosts.push_back({.name = "v"});
  EXPECT_EQ(diff(definitions_of(state.catalog()), want).size(), 3u);
  ASSERT_EQ(import_definitions(state, want), std::nullopt);
  EXPECT_EQ(diff(definitions_of(state.catalog()), want),
            (std::vector<Difference>{{kConflict, "exchange", "/", "x"}}));
}

}  // namespace
}  // namespace coney
