#include "broker/topology/undo_log.h"

#include "broker/topology/overloaded.h"

namespace coney {

void UndoLog::remember_bindings(const BindingSet& bindings) {
  for (const BindingPtr& binding : bindings) changes_.push_back(BindingPut{binding});
}

// What restores an object comes behind what restores its bindings, because the log is walked from
// its end.
void UndoLog::remember(const Change& change) {
  std::visit(
      Overloaded{
          [&](const VhostPut& put) {
            const Vhost* before = catalog_.find_vhost(put.record->name);
            changes_.push_back(before ? Change(VhostPut{before->record})
                                      : VhostRemoved{put.record->name});
          },
          [&](const VhostRemoved& removed) { remember(removed); },
          [&](const UserPut& put) {
            const User* before = catalog_.find_user(put.record->name);
            changes_.push_back(before ? Change(UserPut{before->record})
                                      : UserRemoved{put.record->name});
          },
          [&](const UserRemoved& removed) { remember(removed); },
          [&](const PermissionPut& put) {
            const PermissionRecord& record = *put.record;
            auto before = catalog_.find_permission(record.user, record.vhost);
            changes_.push_back(before ? Change(PermissionPut{before})
                                      : PermissionRemoved{record.user, record.vhost});
          },
          [&](const PermissionRemoved& removed) {
            auto before = catalog_.find_permission(removed.user, removed.vhost);
            if (before) changes_.push_back(PermissionPut{before});
          },
          [&](const TopicPermissionPut& put) {
            const TopicPermissionRecord& record = *put.record;
            auto before =
                catalog_.find_topic_permission(record.user, record.vhost, record.exchange);
            changes_.push_back(
                before ? Change(TopicPermissionPut{before})
                       : TopicPermissionRemoved{record.user, record.vhost, record.exchange});
          },
          [&](const TopicPermissionRemoved& removed) {
            auto before =
                catalog_.find_topic_permission(removed.user, removed.vhost, removed.exchange);
            if (before) changes_.push_back(TopicPermissionPut{before});
          },
          [&](const PolicyPut& put) {
            const PolicyRecord& record = *put.record;
            const PolicyPtr* before = catalog_.find_vhost(record.vhost)
                                          ->policies.list(record.is_operator)
                                          .find(record.name);
            changes_.push_back(before
                                   ? Change(PolicyPut{*before})
                                   : PolicyRemoved{record.vhost, record.is_operator, record.name});
          },
          [&](const PolicyRemoved& removed) {
            const PolicyPtr* before = catalog_.find_vhost(removed.vhost)
                                          ->policies.list(removed.is_operator)
                                          .find(removed.name);
            if (before) changes_.push_back(PolicyPut{*before});
          },
          [&](const ParameterPut& put) {
            const ParameterRecord& record = *put.record;
            const auto& parameters = catalog_.find_vhost(record.vhost)->parameters;
            auto before = parameters.find({record.component, record.name});
            changes_.push_back(before != parameters.end()
                                   ? Change(ParameterPut{before->second})
                                   : ParameterRemoved{record.vhost, record.component, record.name});
          },
          [&](const ParameterRemoved& removed) {
            const auto& parameters = catalog_.find_vhost(removed.vhost)->parameters;
            auto before = parameters.find({removed.component, removed.name});
            if (before != parameters.end()) changes_.push_back(ParameterPut{before->second});
          },
          [&](const GlobalParameterPut& put) {
            auto before = catalog_.global_parameters().find(put.record->name);
            changes_.push_back(before != catalog_.global_parameters().end()
                                   ? Change(GlobalParameterPut{before->second})
                                   : GlobalParameterRemoved{put.record->name});
          },
          [&](const GlobalParameterRemoved& removed) {
            auto before = catalog_.global_parameters().find(removed.name);
            if (before != catalog_.global_parameters().end()) {
              changes_.push_back(GlobalParameterPut{before->second});
            }
          },
          [&](const ExchangePut& put) {
            changes_.push_back(ExchangeRemoved{put.record->vhost, put.record->name});
          },
          [&](const ExchangeAlternatePut& put) {
            const Exchange& exchange = *catalog_.find_vhost(put.vhost)->find_exchange(put.name);
            changes_.push_back(ExchangeAlternatePut{put.vhost, put.name, exchange.alternate});
          },
          [&](const ExchangeRemoved& removed) {
            const Exchange& exchange =
                *catalog_.find_vhost(removed.vhost)->find_exchange(removed.name);
            for (const auto& [identity, binding] : exchange.outgoing) {
              changes_.push_back(BindingPut{binding});
            }
            remember_bindings(exchange.incoming);
            changes_.push_back(ExchangePut{exchange.record, exchange.alternate});
          },
          [&](const QueuePut& put) {
            changes_.push_back(QueueRemoved{put.record->vhost, put.record->name, put.id});
          },
          [&](const QueueRemoved& removed) {
            const CatalogQueue& queue =
                *catalog_.find_vhost(removed.vhost)->find_queue(removed.name);
            remember_bindings(queue.incoming);
            changes_.push_back(QueuePut{queue.record, queue.id, queue.owner, queue.stored_id,
                                        queue.from_disk, queue.settings});
          },
          [&](const QueueSettingsPut& put) {
            const CatalogQueue& queue = *catalog_.find_vhost(put.vhost)->find_queue(put.name);
            changes_.push_back(QueueSettingsPut{put.vhost, put.name, put.id, queue.settings});
          },
          [&](const BindingPut& put) { changes_.push_back(BindingRemoved{put.record}); },
          [&](const BindingRemoved& removed) { changes_.push_back(BindingPut{removed.record}); },
          [&](const TracingPut& put) {
            const Vhost& vhost = *catalog_.find_vhost(put.vhost);
            changes_.push_back(TracingPut{put.vhost, vhost.tracing});
          },
      },
      change);
}

void UndoLog::remember_permissions(const User& user, const std::string* only_vhost) {
  for (const auto& [vhost, topics] : user.topic_permissions) {
    if (only_vhost && vhost != *only_vhost) continue;
    for (const auto& [exchange, topic] : topics) {
      changes_.push_back(TopicPermissionPut{topic.record});
    }
  }
  for (const auto& [vhost, permission] : user.permissions) {
    if (!only_vhost || vhost == *only_vhost) changes_.push_back(PermissionPut{permission.record});
  }
}

void UndoLog::remember(const UserRemoved& removed) {
  const User& user = *catalog_.find_user(removed.name);
  remember_permissions(user, nullptr);
  changes_.push_back(UserPut{user.record});
}

void UndoLog::remember(const VhostRemoved& removed) {
  const Vhost& vhost = *catalog_.find_vhost(removed.name);
  changes_.push_back(TracingPut{removed.name, vhost.tracing});
  for (const auto& [name, user] : catalog_.users()) remember_permissions(user, &removed.name);
  for (const auto& [name, exchange] : vhost.exchanges) {
    for (const auto& [identity, binding] : exchange->outgoing) {
      changes_.push_back(BindingPut{binding});
    }
  }
  for (const auto& [name, queue] : vhost.queues) {
    changes_.push_back(QueuePut{queue->record, queue->id, queue->owner, queue->stored_id,
                                queue->from_disk, queue->settings});
  }
  for (const auto& [name, exchange] : vhost.exchanges) {
    changes_.push_back(ExchangePut{exchange->record, exchange->alternate});
  }
  for (bool is_operator : {false, true}) {
    for (const CompiledPolicy& policy : vhost.policies.list(is_operator)) {
      changes_.push_back(PolicyPut{policy.record()});
    }
  }
  for (const auto& [key, parameter] : vhost.parameters) changes_.push_back(ParameterPut{parameter});
  changes_.push_back(VhostPut{vhost.record});
}

}  // namespace coney
