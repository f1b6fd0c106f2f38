#include <boost/json.hpp>

#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/client_rows.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {
namespace {

class ConsumerRows final : public LastingRows {
 public:
  ConsumerRows(const Call& call, std::vector<ConsumerStats> consumers)
      : call_(call), consumers_(std::move(consumers)) {}

  std::size_t size() const override { return consumers_.size(); }
  std::string_view name(std::size_t row) const override { return consumers_[row].facts->tag; }
  boost::json::object make(std::size_t row, const Columns&) const override {
    ConsumerStats consumer = consumers_[row];
    if (kept_) {
      consumer.connection = call_.services.statistics().tables().find(consumer.key.connection);
    }
    return consumer.connection ? consumer_row(call_, consumer) : boost::json::object();
  }
  // A consumer that has been cancelled is shown as it was, one whose connection has gone is not.
  void keep() override { kept_ = true; }

 private:
  const Call& call_;
  const std::vector<ConsumerStats> consumers_;
  bool kept_ = false;
};

Reply list_where(const Call& call, const std::function<bool(const ConsumerStats&)>& wanted) {
  auto consumers = call.services.statistics().tables().consumers();
  std::erase_if(consumers, [&wanted](const ConsumerStats& consumer) { return !wanted(consumer); });
  return list(call.request, std::make_shared<ConsumerRows>(call, std::move(consumers)));
}

Reply list_consumers(Call& call) {
  return list_where(
      call, [&](const ConsumerStats& consumer) { return call.sees(consumer.facts->vhost); });
}

Reply list_vhost_consumers(Call& call) {
  if (!call.vhost()) return no_such_object();
  return list_where(call, [&](const ConsumerStats& consumer) {
    return consumer.facts->vhost == call.name("vhost");
  });
}

}  // namespace

void add_consumers(RouteTable& table) {
  table.add("/api/consumers", {get(Need::kManagement, list_consumers)});
  table.add("/api/consumers/{vhost}", {get(Need::kManagement, list_vhost_consumers)});
}

}  // namespace coney::management
