#include "broker/exchange/topic_exchange.h"

#include <optional>
#include <utility>

namespace coney {
namespace {

constexpr std::string_view kStar = "*";
constexpr std::string_view kHash = "#";

// Yields the words of a key one after the other.
class WordReader {
 public:
  explicit WordReader(std::string_view key) : rest_(key), at_end_(key.empty()) {}

  std::optional<std::string_view> next() {
    if (at_end_) return std::nullopt;
    std::size_t dot = rest_.find('.');
    std::string_view word = rest_.substr(0, dot);
    if (dot == std::string_view::npos) {
      at_end_ = true;
    } else {
      rest_.remove_prefix(dot + 1);
    }
    return word;
  }

 private:
  std::string_view rest_;
  bool at_end_;
};

}  // namespace

std::unique_ptr<BindingIndex> TopicExchange::make(const amqp::Table&) {
  return std::make_unique<TopicExchange>();
}

TopicExchange::TopicExchange() : nodes_(1) {}

void TopicExchange::add(std::string_view routing_key, const amqp::Table&,
                        DestinationIndex destination) {
  NodeId node = kRoot;
  WordReader words(routing_key);
  while (auto word = words.next()) {
    NodeId child = find_child(node, *word);
    node = child != kNone ? child : make_child(node, *word);
  }
  nodes_[node].destinations.add(destination);
}

void TopicExchange::remove(std::string_view routing_key, const amqp::Table&,
                           DestinationIndex destination) {
  std::vector<std::pair<NodeId, std::string_view>> path;  // parent and the word below it
  NodeId node = kRoot;
  WordReader words(routing_key);
  while (auto word = words.next()) {
    path.emplace_back(node, *word);
    node = find_child(node, *word);
    if (node == kNone) return;
  }
  nodes_[node].destinations.remove(destination);
  while (!path.empty() && nodes_[node].is_leaf() && nodes_[node].destinations.empty()) {
    auto [parent, word] = path.back();
    remove_child(parent, word);
    free_nodes_.push_back(node);
    node = parent;
    path.pop_back();
  }
}

void TopicExchange::match(std::string_view routing_key, std::string_view,
                          std::vector<DestinationIndex>& out) const {
  if (++match_number_ == 0) {  // wrapped around: no old mark may look like a new one
    for (const Node& node : nodes_) node.entered_in = 0;
    match_number_ = 1;
  }
  NodeSet current{kRoot};  // nodes that the words so far lead to exactly
  NodeSet anywhere;        // '#' nodes: once reached they also swallow every further word
  NodeSet reached;
  enter_hash_children(kRoot, anywhere);
  WordReader words(routing_key);
  while (auto text = words.next()) {
    auto known = words_.find(*text);
    const Word* word = known == words_.end() ? nullptr : &known->second;
    std::size_t reached_before = anywhere.size();
    reached.clear();
    for (NodeId node : current) step(node, word, reached, anywhere);
    for (std::size_t i = 0; i < reached_before; ++i) step(anywhere[i], word, reached, anywhere);
    current.swap(reached);
  }
  for (NodeId node : current) nodes_[node].destinations.append_to(out);
  for (NodeId node : anywhere) nodes_[node].destinations.append_to(out);
}

void TopicExchange::step(NodeId from, const Word* word, NodeSet& reached, NodeSet& anywhere) const {
  const Node& node = nodes_[from];
  if (node.star != kNone) {
    reached.push_back(node.star);
    enter_hash_children(node.star, anywhere);
  }
  if (!word || node.literal_children == 0) return;
  if (auto child = edges_.find(edge(from, word->id)); child != edges_.end()) {
    reached.push_back(child->second);
    enter_hash_children(child->second, anywhere);
  }
}

void TopicExchange::enter_hash_children(NodeId node, NodeSet& anywhere) const {
  for (NodeId hash = nodes_[node].hash; hash != kNone; hash = nodes_[hash].hash) {
    if (nodes_[hash].entered_in == match_number_) return;
    nodes_[hash].entered_in = match_number_;
    anywhere.push_back(hash);
  }
}

TopicExchange::NodeId TopicExchange::find_child(NodeId parent, std::string_view word) const {
  if (word == kStar) return nodes_[parent].star;
  if (word == kHash) return nodes_[parent].hash;
  return find_literal(parent, word);
}

TopicExchange::NodeId TopicExchange::find_literal(NodeId parent, std::string_view word) const {
  auto known = words_.find(word);
  if (known == words_.end()) return kNone;
  auto child = edges_.find(edge(parent, known->second.id));
  return child == edges_.end() ? kNone : child->second;
}

TopicExchange::NodeId TopicExchange::make_child(NodeId parent, std::string_view word) {
  NodeId child = allocate_node();
  if (word == kStar) {
    nodes_[parent].star = child;
  } else if (word == kHash) {
    nodes_[parent].hash = child;
  } else {
    make_literal_edge(parent, word, child);
  }
  return child;
}

void TopicExchange::make_literal_edge(NodeId parent, std::string_view word, NodeId child) {
  auto known = words_.find(word);
  if (known == words_.end()) {
    WordId id = free_words_.empty() ? next_word_++ : free_words_.back();
    if (!free_words_.empty()) free_words_.pop_back();
    known = words_.emplace(word, Word{id, 0}).first;
  }
  ++known->second.edges;
  ++nodes_[parent].literal_children;
  edges_.emplace(edge(parent, known->second.id), child);
}

void TopicExchange::remove_child(NodeId parent, std::string_view word) {
  if (word == kStar) {
    nodes_[parent].star = kNone;
  } else if (word == kHash) {
    nodes_[parent].hash = kNone;
  } else {
    remove_literal_edge(parent, word);
  }
}

void TopicExchange::remove_literal_edge(NodeId parent, std::string_view word) {
  auto known = words_.find(word);
  if (known == words_.end()) return;
  edges_.erase(edge(parent, known->second.id));
  --nodes_[parent].literal_children;
  if (--known->second.edges > 0) return;
  free_words_.push_back(known->second.id);
  words_.erase(known);
}

TopicExchange::NodeId TopicExchange::allocate_node() {
  if (free_nodes_.empty()) {
    nodes_.emplace_back();
    return static_cast<NodeId>(nodes_.size() - 1);
  }
  NodeId node = free_nodes_.back();
  free_nodes_.pop_back();
  return node;
}

}  // namespace coney
