#pragma once
// The destinations that share one routing key, pattern or argument table. Counts how often each was
// added, because bindings that differ only in what the index does not look at share an entry.
// Small: 16 bytes for none or one destination, which is what almost every key has. Adding and
// removing stay O(1) with 100,000 destinations.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "broker/exchange/binding_index.h"

namespace coney {

class DestinationSet {
 public:
  void add(DestinationIndex destination);
  // False when it was not there.
  bool remove(DestinationIndex destination);

  bool empty() const { return single_uses_ == 0 && !many_; }
  // Of different destinations; at() finds each of them under a number below it.
  std::size_t size() const { return many_ ? many_->members.size() : single_uses_ == 0 ? 0 : 1; }
  DestinationIndex at(std::size_t number) const {
    return many_ ? many_->members[number].destination : single_;
  }
  // Every destination once.
  void append_to(std::vector<DestinationIndex>& out) const;

 private:
  struct Member {
    DestinationIndex destination;
    std::uint32_t uses;
  };
  struct Many {
    std::vector<Member> members;
    boost::unordered_flat_map<DestinationIndex, std::uint32_t> positions;  // from kIndexedFrom on
  };
  static constexpr std::size_t kIndexedFrom = 32;

  void add_to_many(DestinationIndex destination, std::uint32_t uses);
  void erase_member(std::size_t position);
  // Position in many_->members, or its size.
  std::size_t find(DestinationIndex destination) const;

  DestinationIndex single_ = 0;
  std::uint32_t single_uses_ = 0;  // 0: nothing here, look at many_
  std::unique_ptr<Many> many_;     // set while there are two or more
};

}  // namespace coney
