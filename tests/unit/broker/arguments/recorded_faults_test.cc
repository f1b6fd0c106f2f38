// Replays what a real RabbitMQ answered to declares, binds, consumes and publishes with good and
// bad arguments against the pure checks: every fault about arguments must have the same code and
// text, and what RabbitMQ accepted must not be a fault here.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "broker/arguments/consumer_arguments.h"
#include "broker/arguments/equivalence.h"
#include "broker/arguments/exchange_arguments.h"
#include "broker/arguments/queue_arguments.h"
#include "broker/exchange/exchange_type.h"
#include "broker/message/cc_header.h"
#include "broker/message/expiration.h"
#include "tests/unit/broker/recorded_cases.h"

namespace coney {
namespace {

namespace json = boost::json;
using amqp::Table;
using recorded::Fields;
using recorded::load;
using recorded::to_table;
using Fault = std::optional<ArgumentFault>;

constexpr std::string_view kVhost = "/";

// Refused by RabbitMQ 4.3, accepted here on purpose: what clients of 3.10 may send, and a plugin's
// exchange type that is built in here.
bool accepted_on_purpose(std::string_view text) {
  return text.find("queue_master_locator") != text.npos ||
         text.find("'x-delivery-limit' for queue 'q' in vhost '/' of queue type rabbit_classic") !=
             text.npos ||
         text.find("unsupported queue version '1'") != text.npos ||
         text == "invalid exchange type 'x-random'";
}

// Faults about something else than arguments.
bool is_about_arguments(std::int64_t code, std::string_view text) {
  if (code == 541) return true;
  for (auto other : {"user_id property", "queue limit in vhost", "unknown delivery tag"}) {
    if (text.find(other) != text.npos) return false;
  }
  return code == 406 || text.find("automatic acknowledgement") != text.npos ||
         text.find("does not match that of the original declaration") != text.npos;
}

// As much of a broker as the checks need: what was declared before.
class Model {
 public:
  Fault apply(const json::object& step) {
    Fields fields(step);
    std::string op(step.at("op").as_string());
    if (op == "publish") return publish(step);
    if (op != "method") return std::nullopt;
    std::string method(step.at("method").as_string());
    if (method == "queue.declare") return declare_queue(fields);
    if (method == "exchange.declare") return declare_exchange(fields);
    if (method == "queue.bind") return bind_queue(fields);
    if (method == "basic.qos") prefetch_ = fields.number("prefetch_count");
    if (method == "basic.consume") return consume(fields);
    return std::nullopt;
  }

 private:
  Fault declare_queue(const Fields& fields) {
    if (fields.flag("passive")) return std::nullopt;
    std::string name = fields.text("queue");
    Table arguments = fields.arguments();
    QueueDeclaration declaration{kVhost,
                                 name,
                                 fields.flag("durable"),
                                 fields.flag("exclusive"),
                                 fields.flag("auto_delete"),
                                 arguments};
    if (name.empty()) {
      if (auto fault = check_server_named(declaration)) return fault;
    }
    QueueRecord record{std::string(kVhost),
                       name,
                       "",
                       declaration.durable,
                       declaration.auto_delete,
                       declaration.exclusive,
                       with_queue_type(declaration)};
    if (auto existing = queues_.find(name); existing != queues_.end()) {
      return check_queue_equivalence(existing->second, record, true);
    }
    auto checked = check_queue_arguments(declaration);
    if (!checked) return checked.error();
    record.type = std::string(queue_type_name(checked->settings.type));
    queues_[name] = record;
    return std::nullopt;
  }

  Fault declare_exchange(const Fields& fields) {
    if (fields.flag("passive")) return std::nullopt;
    ExchangeRecord record{std::string(kVhost),        fields.text("exchange"),
                          fields.text("type"),        fields.flag("durable"),
                          fields.flag("auto_delete"), fields.flag("internal"),
                          fields.arguments()};
    const ExchangeType* type = find_exchange_type(record.type);
    if (!type) return unknown_exchange_type(record.type);
    if (record.name == "amq.direct") {
      return check_exchange_equivalence({"/", "amq.direct", "direct", true, false, false, {}},
                                        record);
    }
    if (auto existing = exchanges_.find(record.name); existing != exchanges_.end()) {
      return check_exchange_equivalence(existing->second, record);
    }
    if (auto fault = check_alternate_exchange(kVhost, record.name, record.arguments)) return fault;
    auto fault = check_exchange_declare(*type, record.arguments);
    if (fault && (fault->reply_code != 540 || type->implemented())) return fault;
    exchanges_[record.name] = record;
    return std::nullopt;
  }

  Fault bind_queue(const Fields& fields) {
    std::string exchange = fields.text("exchange");
    std::string type = exchange.starts_with("amq.") ? exchange.substr(4) : "";
    if (auto found = exchanges_.find(exchange); found != exchanges_.end()) {
      type = found->second.type;
    }
    auto queue = queues_.find(fields.text("queue"));
    const ExchangeType* row = find_exchange_type(type);
    if (!row || queue == queues_.end()) return std::nullopt;
    Table arguments = fields.arguments();
    return check_binding(*row, {fields.text("routing_key"), arguments, queue->second.type});
  }

  Fault consume(const Fields& fields) {
    auto queue = queues_.find(fields.text("queue"));
    if (queue == queues_.end()) return std::nullopt;
    Table arguments = fields.arguments();
    auto type = parse_queue_type(queue->second.type).value();
    auto checked = check_consumer_arguments(
        {kVhost, queue->first, type, fields.flag("no_ack"), prefetch_, arguments});
    return checked ? Fault() : Fault(checked.error());
  }

  Fault publish(const json::object& step) {
    const auto* properties = step.if_contains("props");
    if (!properties) return std::nullopt;
    if (const auto* expiration = properties->as_object().if_contains("expiration")) {
      auto parsed = parse_expiration(std::string_view(expiration->as_string()));
      if (!parsed) return parsed.error();
    }
    if (const auto* headers = properties->as_object().if_contains("headers")) {
      std::string encoded;
      amqp::encode_table(encoded, to_table(headers->as_object()));
      auto copies = read_carbon_copies(std::string_view(encoded).substr(4));
      if (!copies) return copies.error();
    }
    return std::nullopt;
  }

  std::map<std::string, QueueRecord> queues_;
  std::map<std::string, ExchangeRecord> exchanges_;
  std::uint32_t prefetch_ = 0;
};

// What RabbitMQ sent: the fault without its word, or nothing when it closed nothing.
Fault recorded_fault(const json::array& got) {
  for (const auto& item : got) {
    const auto* method = item.as_object().if_contains("m");
    if (!method || !method->as_string().ends_with(".close")) continue;
    const json::object& fields = item.at("args").as_object();
    std::string text(fields.at("reply_text").as_string());
    std::size_t dash = text.find(" - ");
    text = dash == std::string::npos ? "" : text.substr(dash + 3);
    return ArgumentFault{fields.at("reply_code").to_number<std::uint16_t>(), text,
                         method->as_string() == "connection.close"};
  }
  return std::nullopt;
}

struct Count {
  int cases = 0;
  int faults = 0;
  int accepted = 0;
};

// Stops at the first fault: what follows is about a closed channel.
void replay(const json::object& recorded_case, Count& count) {
  SCOPED_TRACE(std::string(recorded_case.at("id").as_string()));
  ++count.cases;
  Model model;
  for (const auto& step : recorded_case.at("steps").as_array()) {
    Fault expected = recorded_fault(step.at("got").as_array());
    bool ends_here = expected && accepted_on_purpose(expected->text);
    if (ends_here) expected.reset();
    if (expected && !is_about_arguments(expected->reply_code, expected->text)) return;
    Fault fault = model.apply(step.at("do").as_object());
    EXPECT_EQ(fault.has_value(), expected.has_value())
        << "recorded: " << (expected ? expected->text : "accepted")
        << "\nhere: " << (fault ? fault->text : "accepted");
    if (fault && expected) {
      EXPECT_EQ(fault->text, expected->text);
      EXPECT_EQ(fault->reply_code, expected->reply_code);
      EXPECT_EQ(fault->closes_connection, expected->closes_connection);
    }
    ++(expected ? count.faults : count.accepted);
    if (expected || fault || ends_here) return;
  }
}

TEST(RecordedFaults, ArgumentsAreRefusedAsByRabbitMq) {
  json::value file = load("/conformance/replay/golden/errors.json");
  Count count;
  for (const auto& recorded_case : file.at("cases").as_array()) {
    std::string_view id = recorded_case.at("id").as_string();
    // Reply-to names are queues of their own kind.
    if (id.find("amq.rabbitmq.reply-to") != id.npos) continue;
    for (auto prefix : {"queue.declare", "exchange.declare", "queue.bind", "basic.consume",
                        "basic.publish expiration", "basic.publish CC", "basic.publish BCC"}) {
      if (id.starts_with(prefix)) replay(recorded_case.as_object(), count);
    }
  }
  std::cout << count.cases << " cases: " << count.faults << " faults and " << count.accepted
            << " accepted steps compared\n";
  EXPECT_GE(count.cases, 400);
  EXPECT_GE(count.faults, 200);
}

}  // namespace
}  // namespace coney
