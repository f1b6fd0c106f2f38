#include "mgmt-ui/api/events/event_feed.h"

#include <boost/json.hpp>

#include "broker/definitions/argument_json.h"

namespace coney::management {
namespace {

namespace json = boost::json;

json::string text(std::string_view bytes) {
  return json::string(json_text(bytes));
}

std::string event(std::string_view name, const json::object& about) {
  return "event: " + std::string(name) + "\ndata: " + json::serialize(about) + "\n\n";
}

json::object named(std::string_view name) {
  return {{"name", text(name)}};
}
json::object named(std::string_view vhost, std::string_view name) {
  return {{"vhost", text(vhost)}, {"name", text(name)}};
}
json::object of_user(std::string_view user, std::string_view vhost) {
  return {{"user", text(user)}, {"vhost", text(vhost)}};
}
json::object binding(const BindingRecord& record) {
  const bool to_queue = record.destination_kind == DestinationKind::kQueue;
  return {{"vhost", text(record.vhost)},
          {"source", text(record.source)},
          {"destination", text(record.destination)},
          {"destination_type", to_queue ? "queue" : "exchange"},
          {"routing_key", text(record.routing_key)}};
}
json::object parameter(std::string_view vhost, std::string_view component, std::string_view name) {
  json::object object = named(vhost, name);
  object["component"] = text(component);
  return object;
}

struct Describe {
  std::string operator()(const VhostPut& c) { return event("vhost.put", named(c.record->name)); }
  std::string operator()(const VhostRemoved& c) { return event("vhost.deleted", named(c.name)); }
  std::string operator()(const UserPut& c) { return event("user.put", named(c.record->name)); }
  std::string operator()(const UserRemoved& c) { return event("user.deleted", named(c.name)); }
  std::string operator()(const PermissionPut& c) {
    return event("permission.created", of_user(c.record->user, c.record->vhost));
  }
  std::string operator()(const PermissionRemoved& c) {
    return event("permission.deleted", of_user(c.user, c.vhost));
  }
  std::string operator()(const TopicPermissionPut& c) {
    return event("topic.permission.created", of_user(c.record->user, c.record->vhost));
  }
  std::string operator()(const TopicPermissionRemoved& c) {
    return event("topic.permission.deleted", of_user(c.user, c.vhost));
  }
  std::string operator()(const PolicyPut& c) {
    return event("policy.set", named(c.record->vhost, c.record->name));
  }
  std::string operator()(const PolicyRemoved& c) {
    return event("policy.cleared", named(c.vhost, c.name));
  }
  std::string operator()(const ParameterPut& c) {
    return event("parameter.set", parameter(c.record->vhost, c.record->component, c.record->name));
  }
  std::string operator()(const ParameterRemoved& c) {
    return event("parameter.cleared", parameter(c.vhost, c.component, c.name));
  }
  std::string operator()(const GlobalParameterPut& c) {
    return event("global_parameter.set", named(c.record->name));
  }
  std::string operator()(const GlobalParameterRemoved& c) {
    return event("global_parameter.cleared", named(c.name));
  }
  std::string operator()(const ExchangePut& c) {
    return event("exchange.created", named(c.record->vhost, c.record->name));
  }
  std::string operator()(const ExchangeRemoved& c) {
    return event("exchange.deleted", named(c.vhost, c.name));
  }
  std::string operator()(const QueuePut& c) {
    return event("queue.created", named(c.record->vhost, c.record->name));
  }
  std::string operator()(const QueueRemoved& c) {
    return event("queue.deleted", named(c.vhost, c.name));
  }
  std::string operator()(const BindingPut& c) {
    return event("binding.created", binding(*c.record));
  }
  std::string operator()(const BindingRemoved& c) {
    return event("binding.deleted", binding(*c.record));
  }
  std::string operator()(const TracingPut& c) {
    return event(c.on ? "tracing.enabled" : "tracing.disabled", {{"vhost", text(c.vhost)}});
  }
  // They follow from policies, whose change is told.
  std::string operator()(const ExchangeAlternatePut&) { return ""; }
  std::string operator()(const QueueSettingsPut&) { return ""; }
};

}  // namespace

std::string event_of(const Change& change) {
  return std::visit(Describe{}, change);
}

void EventSubscription::add(std::string_view event) {
  if (has_room(event.size())) {
    waiting_ += event;
  } else {
    ++left_out_;
  }
}

std::string EventSubscription::take() {
  if (left_out_ != 0) {
    waiting_ += event(left_out_event_, {{"count", std::exchange(left_out_, 0)}});
  }
  return std::exchange(waiting_, {});
}

std::shared_ptr<EventSubscription> EventFeed::subscribe() {
  auto subscription = std::make_shared<EventSubscription>();
  subscribers_.push_back(subscription);
  return subscription;
}

void EventFeed::publish(std::span<const Change> changes) {
  std::erase_if(subscribers_, [](const auto& one) { return one.expired(); });
  if (subscribers_.empty()) return;
  for (const Change& change : changes) {
    const std::string event = event_of(change);
    for (const auto& one : subscribers_) one.lock()->add(event);
  }
  for (const auto& one : subscribers_) {
    one.lock()->wake();
  }
}

}  // namespace coney::management
