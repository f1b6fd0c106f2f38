#include "broker/arguments/equivalence.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

QueueRecord queue(Table arguments = {}, std::string type = "classic") {
  arguments.set("x-queue-type", Value::text(type));
  return {"/", "q", type, true, false, false, arguments};
}

std::string compare(const QueueRecord& existing, const QueueRecord& received,
                    bool same_owner = true) {
  auto fault = check_queue_equivalence(existing, received, same_owner);
  return fault ? fault->text : "equivalent";
}

TEST(QueueEquivalence, DurableIsReportedBeforeAutoDeleteAndArguments) {
  QueueRecord other = queue({{"x-max-length", Value::int32(5)}});
  other.durable = false;
  other.auto_delete = true;
  EXPECT_EQ(compare(queue(), other),
            "inequivalent arg 'durable' for queue 'q' in vhost '/': "
            "received 'false' but current is 'true'");
  other.durable = true;
  EXPECT_EQ(compare(queue(), other),
            "inequivalent arg 'auto_delete' for queue 'q' in vhost '/': "
            "received 'true' but current is 'false'");
}

TEST(QueueEquivalence, ExclusiveQueuesAreLocked) {
  QueueRecord exclusive = queue();
  exclusive.exclusive = true;
  EXPECT_EQ(compare(exclusive, exclusive), "equivalent");
  EXPECT_EQ(check_queue_equivalence(exclusive, exclusive, false),
            exclusive_queue_locked(exclusive));
  EXPECT_EQ(check_queue_equivalence(exclusive, queue(), true), exclusive_queue_locked(exclusive));
  EXPECT_EQ(check_queue_equivalence(queue(), exclusive, true), exclusive_queue_locked(queue()));
  EXPECT_EQ(exclusive_queue_locked(exclusive).reply_code, 405);
}

TEST(QueueEquivalence, IntegersCompareByValueOverTheirTypes) {
  QueueRecord existing = queue({{"x-message-ttl", Value::int32(1000)}});
  EXPECT_EQ(compare(existing, queue({{"x-message-ttl", Value::int64(1000)}})), "equivalent");
  EXPECT_EQ(compare(existing, queue({{"x-message-ttl", Value::number(1000)}})),
            "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': "
            "received '1000.0' but current is '1000'");
}

TEST(QueueEquivalence, AbsentArgumentsAreNone) {
  QueueRecord existing = queue({{"x-message-ttl", Value::int32(1000)}});
  EXPECT_EQ(compare(existing, queue()),
            "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': "
            "received none but current is the value '1000' of type 'signedint'");
  EXPECT_EQ(compare(queue(), existing),
            "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': "
            "received the value '1000' of type 'signedint' but current is none");
}

TEST(QueueEquivalence, ArgumentsWithoutMeaningAreNotCompared) {
  EXPECT_EQ(compare(queue({{"x-unknown", Value::int32(1)}}), queue()), "equivalent");
  // Another type's argument has no meaning either.
  EXPECT_EQ(compare(queue(), queue({{"x-max-age", Value::text("1h")}})), "equivalent");
}

TEST(QueueEquivalence, AgesCompareInMilliseconds) {
  QueueRecord hour = queue({{"x-max-age", Value::text("1h")}}, "stream");
  EXPECT_EQ(compare(hour, queue({{"x-max-age", Value::text("60m")}}, "stream")), "equivalent");
  EXPECT_EQ(compare(hour, queue({{"x-max-age", Value::text("2h")}}, "stream")),
            "inequivalent arg 'x-max-age' for queue 'q' in vhost '/': "
            "received '7200000' but current is '3600000'");
}

TEST(QueueEquivalence, StoredArgumentsMayLackTheType) {
  QueueRecord imported{"/", "q", "quorum", true, false, false, {}};
  EXPECT_EQ(compare(imported, queue({}, "quorum")), "equivalent");
  EXPECT_EQ(compare(imported, queue()),
            "inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': "
            "received 'classic' but current is 'quorum'");
}

TEST(ExchangeEquivalence, TypeIsReportedFirst) {
  ExchangeRecord existing{"/", "x", "direct", false, false, false, {}};
  ExchangeRecord received{"/", "x", "fanout", true, true, true, {}};
  auto text = [&] { return check_exchange_equivalence(existing, received)->text; };
  EXPECT_EQ(text(),
            "inequivalent arg 'type' for exchange 'x' in vhost '/': "
            "received 'fanout' but current is 'direct'");
  received.type = "direct";
  EXPECT_NE(text().find("arg 'durable'"), std::string::npos);
  received.durable = false;
  EXPECT_NE(text().find("arg 'auto_delete'"), std::string::npos);
  received.auto_delete = false;
  EXPECT_NE(text().find("arg 'internal'"), std::string::npos);
  received.internal = false;
  received.arguments = {{"alternate-exchange", Value::text("a")}};
  EXPECT_EQ(text(),
            "inequivalent arg 'alternate-exchange' for exchange 'x' in vhost '/': "
            "received the value 'a' of type 'longstr' but current is none");
  received.arguments = {{"unknown", Value::text("a")}};
  EXPECT_EQ(check_exchange_equivalence(existing, received), std::nullopt);
}

}  // namespace
}  // namespace coney
