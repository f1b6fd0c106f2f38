#pragma once
// Exchange type "topic": keys are words separated by dots, a binding's key is a pattern in which
// '*' stands for exactly one word and '#' for zero or more. The empty key has zero words, "." two
// empty ones; an empty word is matched by '*'. Everything else is literal and case sensitive.
//
// The patterns form a trie. Its literal edges are in one hash table of (node, word number), so that
// a node takes 32 bytes and 100,000 patterns some 10 MB. Matching walks the key once and keeps the
// set of nodes that the words so far can lead to; each node is entered at most once per word, so no
// combination of patterns makes it exponential.

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "broker/exchange/binding_index.h"
#include "broker/exchange/destination_set.h"
#include "broker/exchange/text_map.h"

namespace coney {

class TopicExchange final : public BindingIndex {
 public:
  static std::unique_ptr<BindingIndex> make(const amqp::Table& exchange_arguments);

  TopicExchange();

  void add(std::string_view routing_key, const amqp::Table& arguments,
           DestinationIndex destination) override;
  void remove(std::string_view routing_key, const amqp::Table& arguments,
              DestinationIndex destination) override;
  void match(std::string_view routing_key, std::string_view headers,
             std::vector<DestinationIndex>& out) const override;
  bool empty() const override { return node_count() == 1 && nodes_[kRoot].destinations.empty(); }

  // Nodes in use, the root included: what removal gives back.
  std::size_t node_count() const { return nodes_.size() - free_nodes_.size(); }

 private:
  using NodeId = std::uint32_t;
  using WordId = std::uint32_t;
  static constexpr NodeId kRoot = 0;
  static constexpr NodeId kNone = 0;  // as a child: the root is nobody's child

  struct Node {
    DestinationSet destinations;
    NodeId star = kNone;
    NodeId hash = kNone;
    std::uint32_t literal_children = 0;
    // The match() that put this '#' node into its set last.
    mutable std::uint32_t entered_in = 0;

    bool is_leaf() const { return star == kNone && hash == kNone && literal_children == 0; }
  };
  struct Word {
    WordId id = 0;
    std::uint32_t edges = 0;  // the word is forgotten with the last of them
  };
  using NodeSet = boost::container::small_vector<NodeId, 64>;

  static std::uint64_t edge(NodeId parent, WordId word) {
    return std::uint64_t{parent} << 32 | word;
  }
  NodeId find_child(NodeId parent, std::string_view word) const;
  NodeId find_literal(NodeId parent, std::string_view word) const;
  NodeId make_child(NodeId parent, std::string_view word);
  void make_literal_edge(NodeId parent, std::string_view word, NodeId child);
  void remove_child(NodeId parent, std::string_view word);
  void remove_literal_edge(NodeId parent, std::string_view word);
  NodeId allocate_node();

  // '#' below `node` may stand for nothing: puts it (and '#' below that) into `anywhere`.
  void enter_hash_children(NodeId node, NodeSet& anywhere) const;
  void step(NodeId from, const Word* word, NodeSet& reached, NodeSet& anywhere) const;

  std::vector<Node> nodes_;
  std::vector<NodeId> free_nodes_;
  boost::unordered_flat_map<std::uint64_t, NodeId> edges_;
  TextMap<Word> words_;
  std::vector<WordId> free_words_;
  WordId next_word_ = 0;
  mutable std::uint32_t match_number_ = 0;
};

}  // namespace coney
