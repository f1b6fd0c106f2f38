#pragma once
// A stream core whose pages lie in memory; they come at once, or when the test says so.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "amqp/properties.h"
#include "amqp/table.h"
#include "broker/stream/stream_core.h"

namespace coney::test {

// With a header x-stream-filter-value when `filter` is given.
inline MessageRef stream_message(const std::string& body,
                                 const std::optional<std::string>& filter = std::nullopt) {
  amqp::PropertyList properties;
  std::string headers, header;
  if (filter) {
    amqp::encode_table(headers, {{"x-stream-filter-value", amqp::Value::text(*filter)}});
    properties.headers = std::string_view(headers).substr(4);
  }
  amqp::encode_content_header(header, body.size(), properties);
  MessageBuilder builder("", "q", header, body.size(), false);
  builder.append(body);
  return builder.finish();
}

inline ConsumerKey consumer_key(ConsumerNumber number) {
  return {ConnectionId{}, 1, number};
}

class StreamFixture : public StreamSink {
 public:
  bool admit(const ConsumerOptions&) override { return admits; }
  void deliver(const ConsumerKey& key, const ConsumerOptions&, QueuePosition offset,
               const MessageRef& message) override {
    log.push_back(std::to_string(key.number) + ":" + std::string(message->body()));
    offsets[key.number].push_back(offset);
  }
  StreamPagePtr page(ChunkNumber number) override {
    if (there.contains(number)) return pages.at(number);
    asked.insert(number);
    ++asks;
    return nullptr;
  }
  void read_ahead(ChunkNumber number) override { ahead.insert(number); }

  // Appended and committed.
  void publish(const std::string& body, const std::optional<std::string>& filter = std::nullopt) {
    core.append(stream_message(body, filter), now);
    core.commit(core.end());
  }
  // All of the tail becomes one chunk, which is on disk alone when `there` does not name it.
  ChunkNumber seal(bool at_hand = true) {
    const auto sealed = core.seal(SIZE_MAX);
    pages[sealed->number] = sealed->page;
    if (at_hand) there.insert(sealed->number);
    return sealed->number;
  }
  void arrive(ChunkNumber number) {
    there.insert(number);
    asked.erase(number);
    core.page_arrived(number);
  }
  void consume(ConsumerNumber number, StreamStart start, std::uint32_t prefetch = 1000,
               StreamFilter filter = {}) {
    ConsumerOptions options;
    options.prefetch = prefetch;
    core.subscribe(consumer_key(number), options, {start, std::move(filter)});
    core.resume(consumer_key(number));
  }
  // "1:a" is message a to consumer 1.
  std::vector<std::string> deliveries() { return std::exchange(log, {}); }

  using Log = std::vector<std::string>;
  bool admits = true;
  std::uint64_t now = 1000;
  Log log;
  std::map<ConsumerNumber, std::vector<QueuePosition>> offsets;
  std::map<ChunkNumber, StreamPagePtr> pages;
  std::set<ChunkNumber> there;  // pages that page() has
  std::set<ChunkNumber> asked;
  std::set<ChunkNumber> ahead;
  int asks = 0;
  StreamCore core{*this};
};

}  // namespace coney::test
