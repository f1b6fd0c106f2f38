#include <boost/json.hpp>
#include <charconv>

#include "broker/arguments/equivalence.h"
#include "broker/arguments/resource_text.h"
#include "broker/shard/mail.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/message_json.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"

// Messages of a queue: get, purge.

namespace coney::management {

namespace json = boost::json;

namespace {

// Bytes of bodies that one request may take; what is left stays in the queue.
constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;
constexpr std::uint32_t kMaxMessages = 100'000;

struct Mode {
  std::string_view name;
  Settlement settlement;
};
constexpr Mode kModes[] = {{"ack_requeue_true", Settlement::kGiveBack},
                           {"ack_requeue_false", Settlement::kAcknowledge},
                           {"reject_requeue_true", Settlement::kRequeue},
                           {"reject_requeue_false", Settlement::kReject}};

struct Wanted {
  std::int64_t count = 0;
  Settlement settlement{};
  bool base64 = false;
  std::optional<std::size_t> truncate;
};

Settlement read_mode(JsonBody& body) {
  const std::string name = body.text("ackmode");
  const auto* mode = std::ranges::find(kModes, name, &Mode::name);
  if (mode != std::end(kModes)) return mode->settlement;
  if (body.has("ackmode")) {
    body.faults().report("/ackmode",
                         json::string("Invalid ackmode value: " + name +
                                      ". Valid values are: ack_requeue_true, ack_requeue_false, "
                                      "reject_requeue_true, reject_requeue_false"));
  }
  return {};
}

// Also as text, which is what rabbitmqadmin sends. What is no number counts as 0, as with RabbitMQ.
std::int64_t read_count(const json::value& value) {
  std::int64_t count = 0;
  if (value.is_int64()) count = value.get_int64();
  if (value.is_string()) {
    const json::string& text = value.get_string();
    std::from_chars(text.data(), text.data() + text.size(), count);
  }
  return std::clamp<std::int64_t>(count, 0, kMaxMessages);
}

Wanted read(JsonBody& body) {
  Wanted wanted;
  wanted.count = read_count(body.any("count"));
  wanted.settlement = read_mode(body);
  const std::string encoding = body.text("encoding");
  wanted.base64 = encoding == "base64";
  if (body.has("encoding") && encoding != "auto" && !wanted.base64) {
    body.faults().report("/encoding", "Unsupported encoding. Please use auto or base64.");
  }
  if (const auto truncate = body.optional_integer("truncate")) {
    wanted.truncate = static_cast<std::size_t>(std::max<std::int64_t>(*truncate, 0));
  }
  return wanted;
}

// Takes one message after the other, then settles all of them: what is given back keeps its place.
class Getting : public std::enable_shared_from_this<Getting> {
 public:
  Getting(Call& call, QueueId queue, Wanted wanted, Respond respond)
      : call_(call), queue_(queue), wanted_(wanted), respond_(std::move(respond)) {}

  void next() {
    if (wanted_.count <= 0 || bytes_ >= kMaxBytes) return finish();
    --wanted_.count;
    call_.services.ask(queue_, GetCall{.even_paused = true},
                       [self = shared_from_this()](QueueAnswer answer) {
                         if (!answer.delivery) return self->finish();
                         self->take(*answer.delivery);
                         self->next();
                       });
  }

 private:
  void take(const QueueDelivery& delivery) {
    json::object row = message_to_json(*delivery.message, wanted_.base64, wanted_.truncate);
    row["redelivered"] = delivery.facts.redelivered;
    row["message_count"] = delivery.ready_left;
    bytes_ += delivery.message->body().size();
    rows_.push_back(std::move(row));
    positions_.push_back(delivery.position);
  }

  void finish() {
    for (QueuePosition position : positions_) {
      call_.services.post(queue_.shard, SettleMail{queue_, position, 1, wanted_.settlement});
    }
    respond_(json_answer(std::move(rows_)));
  }

  Call& call_;
  const QueueId queue_;
  Wanted wanted_;
  Respond respond_;
  json::array rows_;
  std::vector<QueuePosition> positions_;
  std::uint64_t bytes_ = 0;
};

Answer not_supported(const CatalogQueue& queue, std::string_view method, std::string_view before) {
  return bad_request(
      json::string(std::string(before)
                       .append(method)
                       .append(" not supported by stream queues ")
                       .append(queue_text(queue.record->name, queue.record->vhost))));
}

Reply get_messages(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  if (!call.vhost()) return not_found("vhost_not_found");
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return not_found("queue_not_found");
  const Wanted wanted = read(*body);
  if (body->faults().any()) return bad_request(body->faults());
  if (!call.allowed(queue->record->vhost, Access::kRead, queue->record->name)) {
    return access_refused();
  }
  if (queue->settings->type == QueueType::kStream) {
    return not_supported(*queue, "basic.get", "540 ");
  }
  if (queue->owner.valid()) {
    return bad_request(
        json::string("405 RESOURCE_LOCKED - " + exclusive_queue_locked(*queue->record).text));
  }
  return Later([&call, id = queue->id, wanted](Respond respond) {
    std::make_shared<Getting>(call, id, wanted, std::move(respond))->next();
  });
}

// ?preview=true: how many there are to go.
Reply count_messages(Call& call, const CatalogQueue& queue) {
  return Later([&call, id = queue.id](Respond respond) {
    call.services.ask(id, CountCall{}, [respond](QueueAnswer answer) {
      respond(json_answer(json::object{{"messages_ready", answer.messages}}));
    });
  });
}

void take_off(Call& call, QueueId queue, std::uint64_t left, std::uint64_t taken, Respond respond) {
  if (left == 0) return respond(json_answer(json::object{{"purged", taken}}));
  call.services.ask(queue, GetCall{.no_ack = true, .even_paused = true},
                    [&call, queue, left, taken, respond = std::move(respond)](QueueAnswer answer) {
                      if (!answer.delivery) return take_off(call, queue, 0, taken, respond);
                      take_off(call, queue, left - 1, taken + 1, respond);
                    });
}

// ?count=N: the first N.
Reply purge_some(Call& call, const CatalogQueue& queue, std::string_view count) {
  std::uint64_t wanted = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), wanted);
  if (error != std::errc() || end != count.data() + count.size() || wanted > kMaxMessages) {
    return bad_request("count is a number up to 100000");
  }
  return Later([&call, id = queue.id, wanted](Respond respond) {
    take_off(call, id, wanted, 0, std::move(respond));
  });
}

Reply purge(Call& call) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  if (!call.allowed(queue->record->vhost, Access::kRead, queue->record->name)) {
    return access_refused();
  }
  if (queue->settings->type == QueueType::kStream) {
    return not_supported(*queue, "queue.purge", "");
  }
  if (queue->owner.valid()) return locked(*queue);
  Faults faults;
  const bool preview = read_flag(call.request, "preview", false, faults);
  if (faults.any()) return bad_request(faults);
  if (preview) return count_messages(call, *queue);
  if (const auto count = call.request.parameter("count")) return purge_some(call, *queue, *count);
  return Later([&call, id = queue->id](Respond respond) {
    call.services.ask(id, PurgeCall{},
                      [respond = std::move(respond)](QueueAnswer) { respond(no_content()); });
  });
}

// Mirrors are synchronized by themselves; there is nothing that an action could do.
Reply act(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  if (!call.vhost()) return not_found("vhost_not_found");
  if (!queue_of_path(call)) return not_found("queue_not_found");
  const std::string action = body->text("action");
  if (body->faults().any()) return bad_request(body->faults());
  return bad_request(json::array{"unknown", action});
}

}  // namespace

void add_queue_messages(RouteTable& table) {
  table.add("/api/queues/{vhost}/{name}/get", {post(Need::kManagement, get_messages)});
  table.add("/api/queues/{vhost}/{name}/contents", {del(Need::kManagement, purge)});
  table.add("/api/queues/{vhost}/{name}/actions", {post(Need::kManagement, act)});
}

}  // namespace coney::management
