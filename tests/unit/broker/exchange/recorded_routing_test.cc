// Replays bindings and mandatory publishes that a real RabbitMQ answered: what it returned as
// unroutable must match no binding here, what it did not return must match one.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <memory>

#include "broker/exchange/exchange_type.h"
#include "tests/unit/broker/recorded_cases.h"

namespace coney {
namespace {

namespace json = boost::json;
using recorded::Fields;

std::string encoded_headers(const json::object& publish) {
  const auto* properties = publish.if_contains("props");
  if (!properties) return {};
  const auto* headers = properties->as_object().if_contains("headers");
  if (!headers) return {};
  std::string bytes;
  amqp::encode_table(bytes, recorded::to_table(headers->as_object()));
  return bytes.substr(4);
}

bool was_returned(const json::array& got) {
  for (const auto& item : got) {
    const auto* method = item.as_object().if_contains("m");
    if (method && method->as_string() == "basic.return") return true;
  }
  return false;
}

class Replay {
 public:
  void apply(const json::object& step) {
    const json::object& action = step.at("do").as_object();
    std::string op(action.at("op").as_string());
    if (op == "publish") publish(action, was_returned(step.at("got").as_array()));
    if (op != "method") return;
    std::string method(action.at("method").as_string());
    Fields fields(action);
    if (method == "queue.bind") {
      exchange(fields.text("exchange")).add(fields.text("routing_key"), fields.arguments(), 1);
    } else if (method == "queue.unbind") {
      exchange(fields.text("exchange")).remove(fields.text("routing_key"), fields.arguments(), 1);
    }
  }
  int compared() const { return compared_; }

 private:
  // The pre-declared ones: amq.topic and so on.
  BindingIndex& exchange(const std::string& name) {
    auto& index = exchanges_[name];
    if (!index) index = find_exchange_type(name.substr(4))->make_index({});
    return *index;
  }

  void publish(const json::object& action, bool returned) {
    Fields fields(action);
    if (!fields.flag("mandatory")) return;
    std::vector<DestinationIndex> out;
    exchange(fields.text("exchange"))
        .match(fields.text("routing_key"), encoded_headers(action), out);
    EXPECT_EQ(out.empty(), returned) << json::serialize(action);
    ++compared_;
  }

  std::map<std::string, std::unique_ptr<BindingIndex>> exchanges_;
  int compared_ = 0;
};

TEST(RecordedRouting, TopicAndHeadersMatchAsInRabbitMq) {
  json::value file = recorded::load("/conformance/replay/golden/semantics.json");
  int compared = 0;
  for (const auto& recorded_case : file.at("cases").as_array()) {
    std::string_view id = recorded_case.at("id").as_string();
    if (!id.starts_with("topic: pattern") && !id.starts_with("headers-exchange:")) continue;
    SCOPED_TRACE(std::string(id));
    Replay replay;
    for (const auto& step : recorded_case.at("steps").as_array()) replay.apply(step.as_object());
    compared += replay.compared();
  }
  std::cout << compared << " publishes compared\n";
  EXPECT_GE(compared, 100);
}

}  // namespace
}  // namespace coney
