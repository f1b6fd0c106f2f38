#pragma once
// The definitions database: what exists in the broker, as rows of one SQLite file. Messages are
// never in it. WAL mode with synchronous=FULL: what commit() has answered for survives a crash of
// the process and of the machine.
//
// Thread: one at a time, the topology thread once the broker runs. No function throws on what the
// disk does; the error values say what happened in a sentence.
//
// Writes happen between begin() and commit(), any number of changes in one transaction. After a
// write has failed the transaction can only be rolled back: commit() does that and returns the
// first error. After a failed fsync every later begin() fails until the file is opened again,
// because nobody knows what the disk has kept.

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "persistence/definitions/records.h"
#include "persistence/storage_error.h"
#include "persistence/stored_ids.h"

namespace coney {

// The content of the database.
struct StoredDefinitions {
  Definitions definitions;
  std::vector<StoredQueueId> queue_ids;  // of definitions.queues, at the same positions
};

class DefinitionStore {
 public:
  // Opens or creates the file and brings its schema up to date. Errors: kCannotOpen (also: another
  // program's database), kLocked, kNewerVersion, kCorrupt, kNoSpace, kIo.
  // `vfs` names a registered SQLite VFS; null is the system's.
  static StorageResult<std::unique_ptr<DefinitionStore>> open(const std::filesystem::path& path,
                                                              const char* vfs = nullptr);
  // What the file holds, whatever version its schema has. Changes nothing and creates nothing;
  // other programs, also a running broker, may be using the file. Errors as open()'s.
  static StorageResult<StoredDefinitions> read(const std::filesystem::path& path,
                                               const char* vfs = nullptr);
  // Rolls an open transaction back.
  ~DefinitionStore();

  // Everything, each list sorted by its key, byte by byte.
  StorageResult<StoredDefinitions> load();

  StorageResult<void> begin();
  StorageResult<void> commit();
  void rollback();

  // Adds the object or replaces the one of the same key. An `exclusive` queue is stored as if it
  // were none: the caller does not store those.
  StorageResult<void> put(const VhostRecord& vhost);
  StorageResult<void> put(const UserRecord& user);
  StorageResult<void> put(const PermissionRecord& permission);
  StorageResult<void> put(const TopicPermissionRecord& permission);
  StorageResult<void> put(const ExchangeRecord& exchange);
  // The queue's id in stored messages: greater than 0 and never that of another queue, also not of
  // one that was removed. It stays when the record is replaced.
  StorageResult<StoredQueueId> put(const QueueRecord& queue);
  StorageResult<void> put(const BindingRecord& binding);
  StorageResult<void> put(const PolicyRecord& policy);
  StorageResult<void> put(const ParameterRecord& parameter);
  StorageResult<void> put(const GlobalParameterRecord& parameter);
  // Queues to come get ids above this one: messages of it were found on disk.
  StorageResult<void> skip_queue_ids(StoredQueueId up_to);

  // Removing what does not exist is no error. With a vhost go its permissions, exchanges, queues,
  // bindings, policies and parameters; with a user its permissions; with an exchange the bindings
  // from it and to it; with a queue the bindings to it.
  StorageResult<void> remove_vhost(std::string_view name);
  StorageResult<void> remove_user(std::string_view name);
  StorageResult<void> remove_permission(std::string_view user, std::string_view vhost);
  StorageResult<void> remove_topic_permission(std::string_view user, std::string_view vhost,
                                              std::string_view exchange);
  // For every exchange of the vhost.
  StorageResult<void> remove_topic_permissions(std::string_view user, std::string_view vhost);
  StorageResult<void> remove_exchange(std::string_view vhost, std::string_view name);
  StorageResult<void> remove_queue(std::string_view vhost, std::string_view name);
  StorageResult<void> remove(const BindingRecord& binding);
  StorageResult<void> remove_policy(std::string_view vhost, bool is_operator,
                                    std::string_view name);
  StorageResult<void> remove_parameter(std::string_view vhost, std::string_view component,
                                       std::string_view name);
  StorageResult<void> remove_global_parameter(std::string_view name);

 private:
  class Session;
  explicit DefinitionStore(std::unique_ptr<Session> session);

  std::unique_ptr<Session> session_;
};

}  // namespace coney
