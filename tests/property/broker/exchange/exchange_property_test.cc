// Random bindings come and go; every message must be routed as a plain, obviously right matcher
// over the list of bindings routes it. The generator's seed is fixed, so a failure repeats.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "broker/exchange/exchange_type.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

struct Binding {
  std::string key;
  Table arguments;
  DestinationIndex destination;
  bool operator==(const Binding&) const = default;
};

using Matcher = bool (*)(const Binding&, const std::string& key, const Table& headers);

std::vector<std::string> words(const std::string& key) {
  std::vector<std::string> out;
  if (key.empty()) return out;
  std::size_t start = 0;
  for (std::size_t dot; (dot = key.find('.', start)) != std::string::npos; start = dot + 1) {
    out.push_back(key.substr(start, dot - start));
  }
  out.push_back(key.substr(start));
  return out;
}

bool topic_words_match(const std::vector<std::string>& pattern, std::size_t p,
                       const std::vector<std::string>& key, std::size_t k) {
  if (p == pattern.size()) return k == key.size();
  if (pattern[p] == "#") {
    for (std::size_t next = k; next <= key.size(); ++next) {
      if (topic_words_match(pattern, p + 1, key, next)) return true;
    }
    return false;
  }
  if (k == key.size() || (pattern[p] != "*" && pattern[p] != key[k])) return false;
  return topic_words_match(pattern, p + 1, key, k + 1);
}

bool topic_matches(const Binding& binding, const std::string& key, const Table&) {
  return topic_words_match(words(binding.key), 0, words(key), 0);
}

bool values_match(const Value& bound, const Value& sent) {
  if (bound.tag == 'V') return true;
  if (bound.is_integer() && sent.is_integer()) return bound.as_integer() == sent.as_integer();
  auto is_real = [](char tag) { return tag == 'f' || tag == 'd'; };
  auto is_text = [](char tag) { return tag == 'S' || tag == 'x'; };
  bool comparable = bound.tag == sent.tag || (is_real(bound.tag) && is_real(sent.tag)) ||
                    (is_text(bound.tag) && is_text(sent.tag));
  return comparable && bound.data == sent.data;
}

bool headers_match(const Binding& binding, const std::string&, const Table& headers) {
  const Value* kind_value = binding.arguments.find("x-match");
  std::string kind = kind_value ? *kind_value->as_string() : "all";
  bool with_x = kind.ends_with("-with-x");
  int compared = 0;
  int equal = 0;
  for (const auto& [key, value] : binding.arguments) {
    if (key == "x-match" || (!with_x && key.substr(0, 2) == "x-")) continue;
    ++compared;
    const Value* sent = headers.find(key);
    if (sent && values_match(value, *sent)) ++equal;
  }
  return kind.starts_with("any") ? equal > 0 : equal == compared;
}

bool direct_matches(const Binding& binding, const std::string& key, const Table&) {
  return binding.key == key;
}

bool fanout_matches(const Binding&, const std::string&, const Table&) {
  return true;
}

class World {
 public:
  World(std::string_view type, Matcher matcher, unsigned seed)
      : index_(find_exchange_type(type)->make_index({})), matcher_(matcher), random_(seed) {}

  void run(int operations) {
    for (int i = 0; i < operations && !testing::Test::HasFailure(); ++i) {
      // Grows for a while, then shrinks, so that removal meets every shape.
      unsigned chance = (i / 300) % 2 == 0 ? 6 : 3;
      unsigned dice = below(10);
      if (dice < chance - 2) {
        bind();
      } else if (dice < 5) {
        unbind();
      } else {
        publish();
      }
    }
    while (!bindings_.empty()) unbind();
    EXPECT_TRUE(index_->empty());
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  std::string random_key(const std::vector<std::string>& vocabulary) {
    std::string key;
    unsigned count = below(6);
    for (unsigned i = 0; i < count; ++i) {
      if (i > 0) key += '.';
      key += vocabulary[below(static_cast<unsigned>(vocabulary.size()))];
    }
    return key;
  }

  Value random_value() {
    switch (below(8)) {
      case 0:
        return Value::void_value();
      case 1:
        return Value::boolean(below(2) == 0);
      case 2:
        return Value::text(below(2) == 0 ? "1" : "2");
      case 3:
        return {'x', std::string(1, below(2) == 0 ? '1' : '2')};
      case 4:
        return {below(2) == 0 ? 'f' : 'd', below(2) == 0 ? 1.0 : 2.0};
      case 5:
        return Value::array({Value::int32(static_cast<int>(below(2)))});
      default:
        return {"bBsuIil" [below(7)], std::int64_t { below(3) }};
    }
  }

  Table random_table() {
    static const std::vector<std::string> kKeys = {"a", "b", "c", "x-a", "x-b"};
    Table table;
    unsigned count = below(4);
    for (unsigned i = 0; i < count; ++i) table.append(kKeys[below(5)], random_value());
    table.canonicalize();
    return table;
  }

  Table random_arguments() {
    static const std::vector<std::string> kKinds = {"all", "any", "all-with-x", "any-with-x"};
    Table table = random_table();
    if (below(4) != 0) table.append("x-match", Value::text(kKinds[below(4)]));
    table.canonicalize();
    return table;
  }

  void bind() {
    Binding binding{random_key({"a", "b", "", "*", "#", "#", "*"}), random_arguments(), below(50)};
    if (std::find(bindings_.begin(), bindings_.end(), binding) != bindings_.end()) return;
    index_->add(binding.key, binding.arguments, binding.destination);
    bindings_.push_back(binding);
  }

  void unbind() {
    if (bindings_.empty()) return;
    std::size_t place = below(static_cast<unsigned>(bindings_.size()));
    Binding binding = bindings_[place];
    bindings_.erase(bindings_.begin() + static_cast<std::ptrdiff_t>(place));
    index_->remove(binding.key, binding.arguments, binding.destination);
  }

  void publish() {
    std::string key = random_key({"a", "b", "", "c", "*"});
    Table headers = random_table();
    std::string encoded;
    amqp::encode_table(encoded, headers);
    std::vector<DestinationIndex> out;
    index_->match(key, std::string_view(encoded).substr(4), out);
    std::set<DestinationIndex> expected;
    for (const Binding& binding : bindings_) {
      if (matcher_(binding, key, headers)) expected.insert(binding.destination);
    }
    EXPECT_EQ(std::set<DestinationIndex>(out.begin(), out.end()), expected) << "key " << key;
  }

  std::unique_ptr<BindingIndex> index_;
  Matcher matcher_;
  std::mt19937 random_;
  std::vector<Binding> bindings_;
};

void run_worlds(std::string_view type, Matcher matcher) {
  for (unsigned seed = 0; seed < 20 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World(type, matcher, seed).run(3000);
  }
}

TEST(ExchangeProperty, DirectRoutesLikeTheNaiveMatcher) {
  run_worlds("direct", direct_matches);
}

TEST(ExchangeProperty, FanoutRoutesLikeTheNaiveMatcher) {
  run_worlds("fanout", fanout_matches);
}

TEST(ExchangeProperty, TopicRoutesLikeTheNaiveMatcher) {
  run_worlds("topic", topic_matches);
}

TEST(ExchangeProperty, HeadersRouteLikeTheNaiveMatcher) {
  run_worlds("headers", headers_match);
}

}  // namespace
}  // namespace coney
