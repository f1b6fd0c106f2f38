#include "broker/topology/topic_access.h"

namespace coney {

std::optional<ProtocolError> check_topic_access(const Catalog& catalog, const TopicUser& user,
                                                Access access, const Exchange& exchange,
                                                std::string_view routing_key) {
  const ExchangeRecord& record = *exchange.record;
  if (record.type != "topic" ||
      catalog.topic_allowed(user, record.vhost, record.name, access, routing_key)) {
    return std::nullopt;
  }
  std::string text = access == Access::kWrite ? "write" : "read";
  text.append(" access to topic '").append(routing_key).append("' in exchange '");
  text.append(record.name).append("' in vhost '").append(record.vhost);
  text.append("' refused for user '").append(user.name).append("'");
  return channel_error(ReplyCode::kAccessRefused, std::move(text));
}

}  // namespace coney
