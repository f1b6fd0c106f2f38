#include "broker/exchange/destination_set.h"

#include <algorithm>
#include <utility>

namespace coney {

void DestinationSet::add(DestinationIndex destination) {
  if (empty() || (single_uses_ > 0 && single_ == destination)) {
    single_ = destination;
    ++single_uses_;
    return;
  }
  if (!many_) {
    many_ = std::make_unique<Many>();
    add_to_many(single_, std::exchange(single_uses_, 0));
  }
  add_to_many(destination, 1);
}

void DestinationSet::add_to_many(DestinationIndex destination, std::uint32_t uses) {
  auto& members = many_->members;
  if (std::size_t position = find(destination); position < members.size()) {
    members[position].uses += uses;
    return;
  }
  members.push_back({destination, uses});
  if (members.size() < kIndexedFrom) return;
  auto& positions = many_->positions;
  if (positions.empty()) {
    for (std::uint32_t i = 0; i < members.size(); ++i) positions[members[i].destination] = i;
  } else {
    positions[destination] = static_cast<std::uint32_t>(members.size() - 1);
  }
}

bool DestinationSet::remove(DestinationIndex destination) {
  if (!many_) {
    if (single_uses_ == 0 || single_ != destination) return false;
    --single_uses_;
    return true;
  }
  auto& members = many_->members;
  std::size_t position = find(destination);
  if (position == members.size()) return false;
  if (--members[position].uses == 0) erase_member(position);
  return true;
}

void DestinationSet::erase_member(std::size_t position) {
  auto& members = many_->members;
  auto& positions = many_->positions;
  positions.erase(members[position].destination);
  if (position + 1 < members.size()) {
    members[position] = members.back();
    if (!positions.empty()) {
      positions[members[position].destination] = static_cast<std::uint32_t>(position);
    }
  }
  members.pop_back();
  if (members.size() < kIndexedFrom) positions.clear();
  if (members.size() == 1) {
    single_ = members[0].destination;
    single_uses_ = members[0].uses;
    many_.reset();
  }
}

std::size_t DestinationSet::find(DestinationIndex destination) const {
  const auto& members = many_->members;
  if (!many_->positions.empty()) {
    auto found = many_->positions.find(destination);
    return found == many_->positions.end() ? members.size() : found->second;
  }
  auto is_it = [&](const Member& member) { return member.destination == destination; };
  return static_cast<std::size_t>(std::find_if(members.begin(), members.end(), is_it) -
                                  members.begin());
}

void DestinationSet::append_to(std::vector<DestinationIndex>& out) const {
  if (many_) {
    out.reserve(out.size() + many_->members.size());
    for (const Member& member : many_->members) out.push_back(member.destination);
  } else if (single_uses_ > 0) {
    out.push_back(single_);
  }
}

}  // namespace coney
