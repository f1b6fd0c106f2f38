#include <boost/json.hpp>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/object_statistics.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

namespace coney::management {

namespace json = boost::json;

namespace {

json::object whole_row(const Call& call, const ExchangeEntry& entry, const Columns& columns) {
  json::object row = exchange_row(call, entry, columns);
  if (!without_statistics(call)) put_exchange_statistics(call, *entry.vhost, *entry.exchange, row);
  return row;
}

class ExchangeRows final : public LastingRows {
 public:
  ExchangeRows(const Call& call, std::vector<ExchangeEntry> entries)
      : call_(call), entries_(std::move(entries)) {}

  std::size_t size() const override { return entries_.size(); }
  std::string_view name(std::size_t row) const override {
    return entries_[row].exchange->record->name;
  }
  json::object make(std::size_t row, const Columns& columns) const override {
    const auto entry = entries_.empty() ? found_again(row) : std::optional(entries_[row]);
    return entry ? whole_row(call_, *entry, columns) : json::object();
  }
  std::optional<std::string_view> text_key(std::size_t row,
                                           std::string_view column) const override {
    const ExchangeRecord& record = *entries_[row].exchange->record;
    if (column == "name") return record.name;
    if (column == "vhost") return record.vhost;
    if (column == "type") return record.type;
    return std::nullopt;
  }
  // They are by vhost, then name.
  bool sorted_by(std::string_view column) const override { return column == "vhost"; }
  void keep() override {
    for (const ExchangeEntry& entry : entries_) kept_.push_back(entry.exchange->record);
    entries_ = {};
  }

 private:
  std::optional<ExchangeEntry> found_again(std::size_t row) const {
    const Vhost* vhost = call_.directory.find_vhost(kept_[row]->vhost);
    const Exchange* exchange = vhost ? vhost->find_exchange(kept_[row]->name) : nullptr;
    return exchange ? std::optional(ExchangeEntry{vhost, exchange}) : std::nullopt;
  }

  const Call& call_;
  std::vector<ExchangeEntry> entries_;
  std::vector<std::shared_ptr<const ExchangeRecord>> kept_;  // instead of them, see keep()
};

Reply list_exchanges(Call& call) {
  std::vector<ExchangeEntry> entries;
  for (const ExchangeEntry& entry : call.directory.exchanges()) {
    if (call.sees(entry.vhost->record->name)) entries.push_back(entry);
  }
  return list(call.request, std::make_shared<ExchangeRows>(call, std::move(entries)));
}

Reply list_exchanges_of_vhost(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  const auto entries = call.directory.exchanges(*vhost);
  return list(call.request, std::make_shared<ExchangeRows>(
                                call, std::vector<ExchangeEntry>(entries.begin(), entries.end())));
}

std::optional<ExchangeEntry> exchange_of(const Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return std::nullopt;
  const Exchange* exchange = vhost->find_exchange(exchange_name(call.name("name")));
  return exchange ? std::optional(ExchangeEntry{vhost, exchange}) : std::nullopt;
}

Reply show_exchange(Call& call) {
  const auto entry = exchange_of(call);
  if (!entry) return no_such_object();
  json::object row = whole_row(call, *entry, Columns());
  row["incoming"] = json::array();
  row["outgoing"] = json::array();
  return show(call.request, std::move(row));
}

Reply put_exchange(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  if (!call.vhost()) return not_found("vhost_not_found");
  ExchangeRecord record{.vhost = call.name("vhost"),
                        .name = std::string(exchange_name(call.name("name")))};
  record.type = body->optional_text("type").value_or("direct");
  record.durable = body->flag("durable", false);
  record.auto_delete = body->flag("auto_delete", false);
  record.internal = body->flag("internal", false);
  record.arguments = body->table("arguments");
  if (body->faults().any()) return bad_request(body->faults());
  if (auto refusal = check_exchange_declare(call, record)) return std::move(*refusal);
  return carry_out(call, DeclareExchange{std::move(record)});
}

Reply delete_exchange(Call& call) {
  const auto entry = exchange_of(call);
  if (!entry) return no_such_object();
  const std::string& name = entry->exchange->record->name;
  if (name.empty() || name.starts_with(kReservedPrefix) ||
      !call.allowed(call.name("vhost"), Access::kConfigure, name)) {
    return access_refused();
  }
  return carry_out(call, DeleteExchange{call.name("vhost"), name, call.request.flag("if-unused")},
                   [](const TopologyAnswer&) { return no_content(); });
}

}  // namespace

void add_exchanges(RouteTable& table) {
  table.add("/api/exchanges", {get(Need::kManagement, list_exchanges)});
  table.add("/api/exchanges/{vhost}", {get(Need::kManagement, list_exchanges_of_vhost)});
  table.add("/api/exchanges/{vhost}/{name}",
            {get(Need::kManagement, show_exchange), put(Need::kManagement, put_exchange),
             del(Need::kManagement, delete_exchange)});
}

}  // namespace coney::management
