#include "broker/exchange/regex_exchange.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <utility>

namespace coney {
namespace {

// Program and automaton of one expression; a block has as much for each of its own.
constexpr std::int64_t kMemoryPerPattern = 64 << 10;

re2::RE2::Options options(std::size_t patterns) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_max_mem(kMemoryPerPattern * static_cast<std::int64_t>(patterns));
  return options;
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

std::unique_ptr<re2::RE2> compile(std::string_view expression) {
  return std::make_unique<re2::RE2>(piece(expression), options(1));
}

}  // namespace

std::optional<ArgumentFault> check_regex_binding(const BindingCheck& binding) {
  const auto compiled = compile(binding.routing_key);
  if (compiled->ok()) return std::nullopt;
  return precondition_failed("the binding key '" + std::string(binding.routing_key) +
                             "' is not a regular expression: " + compiled->error());
}

struct RegexExchange::Block {
  std::unique_ptr<re2::RE2::Set> set;  // null: more than the memory allows
  std::vector<PatternId> patterns;     // by their numbers in the set; kNone: gone
  std::size_t live = 0;
};

std::unique_ptr<BindingIndex> RegexExchange::make(const amqp::Table&) {
  return std::make_unique<RegexExchange>();
}

RegexExchange::RegexExchange() = default;
RegexExchange::~RegexExchange() = default;

void RegexExchange::add(std::string_view routing_key, const amqp::Table&,
                        DestinationIndex destination) {
  auto found = by_expression_.find(routing_key);
  if (found == by_expression_.end()) {
    if (free_.empty()) {
      free_.push_back(static_cast<PatternId>(patterns_.size()));
      patterns_.emplace_back();
    }
    const PatternId id = free_.back();
    free_.pop_back();
    patterns_[id].expression = routing_key;
    found = by_expression_.emplace(std::string(routing_key), id).first;
    file(id);
  }
  patterns_[found->second].destinations.add(destination);
}

void RegexExchange::remove(std::string_view routing_key, const amqp::Table&,
                           DestinationIndex destination) {
  const auto found = by_expression_.find(routing_key);
  if (found == by_expression_.end()) return;
  const PatternId id = found->second;
  patterns_[id].destinations.remove(destination);
  if (!patterns_[id].destinations.empty()) return;
  by_expression_.erase(found);
  take_out(id);
}

void RegexExchange::match(std::string_view routing_key, std::string_view,
                          std::vector<DestinationIndex>& out) const {
  for (const auto& block : blocks_) match_block(*block, routing_key, out);
  for (PatternId id : latest_) match_alone(patterns_[id], routing_key, out);
}

void RegexExchange::match_alone(const Pattern& pattern, std::string_view routing_key,
                                std::vector<DestinationIndex>& out) const {
  if (!pattern.alone) pattern.alone = compile(pattern.expression);
  if (pattern.alone->ok() && re2::RE2::FullMatch(piece(routing_key), *pattern.alone)) {
    pattern.destinations.append_to(out);
  }
}

void RegexExchange::match_block(const Block& block, std::string_view routing_key,
                                std::vector<DestinationIndex>& out) const {
  thread_local std::vector<int> matched;
  re2::RE2::Set::ErrorInfo error{};
  if (block.set) {
    block.set->Match(piece(routing_key), &matched, &error);
    if (error.kind == re2::RE2::Set::kNoError) {
      for (int number : matched) {
        const PatternId id = block.patterns[static_cast<std::size_t>(number)];
        if (id != kNone) patterns_[id].destinations.append_to(out);
      }
      return;
    }
  }
  for (PatternId id : block.patterns) {
    if (id != kNone) match_alone(patterns_[id], routing_key, out);
  }
}

void RegexExchange::file(PatternId id) {
  patterns_[id].block = kNone;
  latest_.push_back(id);
  if (latest_.size() == kBlock) seal_block();
}

// A pattern that does not compile, of a binding that nobody checked, matches nothing.
void RegexExchange::seal_block() {
  auto block = std::make_unique<Block>();
  block->set = std::make_unique<re2::RE2::Set>(options(kBlock), re2::RE2::ANCHOR_BOTH);
  for (PatternId id : std::exchange(latest_, {})) {
    if (block->set->Add(piece(patterns_[id].expression), nullptr) < 0) {
      block->set->Add("[^\\x{0}-\\x{10ffff}]", nullptr);
    }
    patterns_[id].alone.reset();
    patterns_[id].block = static_cast<std::uint32_t>(blocks_.size());
    block->patterns.push_back(id);
  }
  block->live = block->patterns.size();
  if (!block->set->Compile()) block->set.reset();
  blocks_.push_back(std::move(block));
}

void RegexExchange::take_out(PatternId id) {
  const std::uint32_t number = std::exchange(patterns_[id], {}).block;
  free_.push_back(id);
  if (number == kNone) {
    std::erase(latest_, id);
    return;
  }
  Block& block = *blocks_[number];
  *std::ranges::find(block.patterns, id) = kNone;
  if (--block.live <= kBlock / 4) dissolve_block(number);
}

// What is left of it joins the latest.
void RegexExchange::dissolve_block(std::uint32_t number) {
  const auto gone = std::exchange(blocks_[number], std::move(blocks_.back()));
  blocks_.pop_back();
  if (number < blocks_.size()) {
    for (PatternId id : blocks_[number]->patterns) {
      if (id != kNone) patterns_[id].block = number;
    }
  }
  for (PatternId id : gone->patterns) {
    if (id != kNone) file(id);
  }
}

}  // namespace coney
