#include "broker/shard/inbox.h"

#include <iterator>

namespace coney {

bool Inbox::append(std::vector<Mail>& batch) {
  std::lock_guard lock(mutex_);
  const bool was_empty = mail_.empty();
  if (was_empty) {
    mail_.swap(batch);
  } else {
    mail_.insert(mail_.end(), std::make_move_iterator(batch.begin()),
                 std::make_move_iterator(batch.end()));
    batch.clear();
  }
  has_mail_.store(true, std::memory_order_release);
  return was_empty;
}

void Inbox::take(std::vector<Mail>& into) {
  std::lock_guard lock(mutex_);
  mail_.swap(into);
  has_mail_.store(false, std::memory_order_relaxed);
}

}  // namespace coney
