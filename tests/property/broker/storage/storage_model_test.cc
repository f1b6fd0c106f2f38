// Random use of a broker that crashes again and again, held against naive queues: no confirmed
// message is lost, none comes back whose settling is known to be synced, all come in order, once,
// and flagged as they should be. Over the whole way: channels, queues on two shards, log, segments,
// recovery, on files so small that there is always one that is full, moved out of or compacted.
// CONEY_SEED repeats a run, CONEY_STEPS makes it longer.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "amqp/table.h"
#include "tests/property/broker/storage/driven_broker.h"
#include "tests/property/broker/storage/driven_client.h"
#include "tests/property/broker/storage/queue_model.h"
#include "tests/support/fault_file_system.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

using namespace std::chrono_literals;
using Received = DrivenClient::Received;

enum : std::uint16_t {
  kPublisher = 1,
  kTransactor,
  kGetter,
  kFirstConsumer,
  kLastConsumer = 6,
  kEcho
};
constexpr std::string_view kFan = "fan";

std::uint64_t scrambled(std::uint64_t number) {
  number = (number ^ number >> 31) * 0x9E3779B97F4A7C15;
  return number ^ number >> 29;
}

// Mostly small; some are so large that the log refers to them, or that no file has room for two.
std::size_t size_of(MessageNumber number) {
  const std::uint64_t random = scrambled(number);
  if (random % 500 == 0) return 100'000;
  if (random % 100 == 1) return 40'000;
  return random % 4 == 0 ? random / 4 % 3'000 : random / 4 % 100;
}

std::string body_of(MessageNumber number) {
  std::string body = std::to_string(number) + ":";
  const std::size_t size = std::max(size_of(number), body.size());
  const auto filler = static_cast<char>('a' + scrambled(number) / 7 % 26);
  body.resize(size, filler);
  return body;
}

// x-delivery-count of a quorum queue's message.
std::uint32_t failures_in(const amqp::PropertyList& properties) {
  if (!properties.headers) return 0;
  const auto table = amqp::decode_table(*properties.headers);
  const amqp::Value* value = table ? table->find("x-delivery-count") : nullptr;
  return value ? static_cast<std::uint32_t>(value->as_integer().value_or(0)) : 0;
}

// What the crash leaves of what was written and not synced.
enum class Ending : std::uint8_t { kStop, kKill, kPowerLoss };

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    for (const auto& [name, durable, quorum] :
         {std::tuple("single", true, false), std::tuple("fan.0", true, false),
          std::tuple("fan.1", true, false), std::tuple("quorum", true, true),
          std::tuple("transient", false, false)}) {
      queues_.push_back(std::make_unique<QueueModel>(name, durable, quorum));
    }
  }

  void run(Step steps) {
    start();
    while (step_ < steps && ok()) {
      if (one_in(3)) drain();
      live(below(20) == 0 ? 5'000 : 50 + below(1'000));
      restart(one_in(6) ? Ending::kStop : one_in(2) ? Ending::kKill : Ending::kPowerLoss);
    }
    drain();
    restart(Ending::kStop);
    for (const auto& queue : queues_) {
      if (ok()) check_count(*queue);
    }
    std::cout << step_ << " steps, " << lives_ << " lives, " << delivered_ << " delivered, "
              << confirmed_ << " confirmed, " << refused_ << " refused\n";
  }

 private:
  struct Held {
    QueueModel* queue = nullptr;
    MessageNumber number = 0;
  };
  struct ChannelState {
    std::map<std::uint64_t, Held> held;  // by delivery tag
    QueueModel* queue = nullptr;         // that is consumed, or got from
    bool consuming = false, no_ack = false;
    bool waiting = false;  // for an answer
    std::uint64_t count = 0;
  };
  struct Publish {
    std::vector<QueueModel*> queues;
    MessageNumber number = 0;
    bool persistent = false;
    bool shows_sync = false;  // its confirm says that all before it is synced
    Step step = 0;
  };

  // ---- random ----
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t many) { return below(many) == 0; }
  QueueModel& any_queue() { return *queues_[below(queues_.size())]; }

  static bool ok() { return !testing::Test::HasFailure(); }
  void demand(const QueueModel::Fault& fault) {
    if (fault) ADD_FAILURE() << "step " << step_ << ", life " << lives_ << ": " << *fault;
  }

  // ---- lives ----

  void start() {
    ++lives_;
    StorageOptions options;
    options.files = &disk_;
    options.log_file_bytes = std::array{32 << 10, 128 << 10, 1 << 20}[below(3)];
    options.segment_bytes = std::array{32 << 10, 256 << 10, 1 << 20}[below(3)];
    options.queue_window = std::array{1 << 10, 4 << 10, 16 << 20}[below(3)];
    disk_.slow_down(std::chrono::microseconds(one_in(3) ? 500 : 0));
    broker_ = std::make_unique<DrivenBroker>(directory_ / "data", options);
    faults_before_ = disk_.faults();
    connect();
    call(kGetter, amqp::ExchangeDeclare{.exchange = kFan, .type = "fanout", .durable = true});
    for (const auto& queue : queues_) declare(*queue);
    synced_ = ++step_;  // what was found is on the disk
  }

  void connect() {
    for (std::size_t shard = 0; shard != DrivenBroker::kShards; ++shard) {
      clients_[shard] = std::make_unique<DrivenClient>(broker_->connect(shard), kEcho);
    }
    for (ChannelState& channel : channels_) channel = {};
    publishes_.clear();
    next_confirm_ = 1;
    open_commit_.reset();
    closed_ = false;
    call(kPublisher, amqp::ConfirmSelect{});
    call(kTransactor, amqp::TxSelect{});
  }

  // On the shard of the client that does it.
  void declare(const QueueModel& queue) {
    const auto at = static_cast<std::size_t>(
        std::find_if(queues_.begin(), queues_.end(),
                     [&](const auto& each) { return each.get() == &queue; }) -
        queues_.begin());
    amqp::Table arguments;
    if (queue.quorum()) {
      arguments.append("x-queue-type", amqp::Value::text("quorum"));
      arguments.append("x-delivery-limit", amqp::Value::int64(-1));
    }
    std::string encoded;
    amqp::encode_table(encoded, arguments);
    DrivenClient& client = *clients_[at % clients_.size()];
    client.send(kGetter, amqp::QueueDeclare{.queue = queue.name(),
                                            .durable = queue.durable(),
                                            .arguments = std::string_view(encoded).substr(4)});
    channels_[kGetter].waiting = true;
    await("the queue is declared", [this] { return !channels_[kGetter].waiting; });
    if (queue.name() != "single") {
      call(kGetter, amqp::QueueBind{.queue = queue.name(), .exchange = kFan});
    }
  }

  void live(Step steps) {
    faulty_ = one_in(4);
    for (Step end = step_ + steps; step_ < end && ok(); ++step_) {
      if (closed_) reconnect();
      if (faulty_ && one_in(100)) break_disk();
      if (faulty_ && one_in(20)) disk_.heal();
      act(step_ / 1'000 % 2 == 0);
      catch_up();
    }
    disk_.heal();
    if (closed_) reconnect();
  }

  bool doubtful() const { return disk_.faults() != faults_before_; }

  void break_disk() {
    using Fault = FaultFileSystem::Fault;
    const Fault fault = std::array{Fault::kIo, Fault::kNoSpace, Fault::kShortWrite}[below(3)];
    switch (below(4)) {
      case 0:
        return disk_.fail_once(disk_.operations() + below(20), fault);
      case 1:
        return disk_.fail_from(disk_.operations() + below(20), fault);
      case 2:
        return disk_.fail_writes(fault);
      default:
        return disk_.fail_syncs();
    }
  }

  // The log has lost a transaction. Whatever the clients had is ready again.
  void reconnect() {
    for (auto& client : clients_) client.reset();
    settle_down();
    for (const auto& queue : queues_) queue->may_have_been_sent();
    for (const ChannelState& channel : channels_) {
      for (const auto& [tag, held] : channel.held)
        held.queue->requeue_loosely(held.number, step_, round_);
    }
    connect();
  }

  void restart(Ending ending) {
    if (ok()) end(ending);
    if (ok()) start();
  }

  void end(Ending ending) {
    if (ending != Ending::kStop) act_blindly();
    blind_ = false;
    const bool clean = ending == Ending::kStop && !doubtful();
    if (ending == Ending::kStop) {
      disk_.heal();
      catch_up();
      close_channels();
    } else {
      disk_.stop();
      read();
    }
    const std::string marks = content_of(marks_path());
    for (auto& client : clients_) client.reset();
    broker_.reset();
    // What it has done since is not what a broker does that has died.
    if (ending != Ending::kStop) std::ofstream(marks_path(), std::ios::binary) << marks;
    if (ending == Ending::kKill) disk_.end_process();
    if (ending == Ending::kPowerLoss) disk_.drop_unsynced(one_in(3) ? 0 : random_() | 1);
    const Crash crash{synced_, ending == Ending::kPowerLoss};
    for (const auto& queue : queues_) clean ? queue->stop() : queue->crash(crash);
    if (!clean) settle_open_commit();
    open_commit_.reset();
    publishes_.clear();
  }

  std::filesystem::path marks_path() const {
    return DataDirectoryPaths(directory_ / "data").deliveries_path();
  }
  static std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // Nothing of this need be seen by the broker, in part or in whole.
  void act_blindly() {
    for (const ChannelState& channel : channels_) {
      if (channel.no_ack && channel.consuming) return;  // what is on its way would be lost
    }
    blind_ = true;
    for (const ChannelState& channel : channels_) {
      if (channel.consuming) channel.queue->may_be_on_its_way();
    }
    for (auto count = below(8); count != 0 && !closed_; --count, ++step_) {
      const auto dice = below(10);
      if (dice < 4) publish();
      if (dice >= 4 && dice < 8) settle_some();
      if (dice == 8 && !channels_[kTransactor].waiting) commit();
      for (auto turns = below(4); turns != 0; --turns) {
        for (auto& client : clients_) client->pump([this](const Received& r) { take(r); });
        broker_->poll();
      }
    }
  }

  void close_channels() {
    for (std::uint16_t number = kTransactor; number <= kLastConsumer; ++number) {
      close(number);
    }
  }

  // ---- what clients do ----

  void act(bool growing) {
    const auto dice = below(1'000);
    if (dice < (growing ? 450 : 200)) return publish();
    if (dice < 600) return get(kGetter, any_queue(), !faulty_ && one_in(4));
    if (dice < 800) return settle_some();
    if (dice < 860) return transact();
    if (dice < 900) return consume();
    if (dice < 950) return broker_->tick();
    if (dice < 980) return check_count(any_queue());
    if (dice < 990) return await_confirms();
    if (dice < 994) return purge(any_queue());
    if (dice < 996) return delete_and_declare(any_queue());
    close(static_cast<std::uint16_t>(kTransactor + below(kLastConsumer - kTransactor + 1)));
  }

  std::vector<QueueModel*> fanned() {
    std::vector<QueueModel*> all;
    for (std::size_t i = 1; i != queues_.size(); ++i) all.push_back(queues_[i].get());
    return all;
  }

  // To one queue, or all that are bound. REQUIRES: the caller tells the queues.
  Publish send_message(std::uint16_t channel) {
    Publish publish;
    publish.number = ++last_number_;
    publish.persistent = !one_in(3);
    publish.step = step_;
    const bool fan = one_in(4);
    publish.queues = fan ? fanned() : std::vector<QueueModel*>{&any_queue()};
    clients_[0]->publish(channel, fan ? kFan : "", fan ? "" : publish.queues[0]->name(),
                         publish.persistent, body_of(publish.number));
    return publish;
  }

  void publish() {
    Publish publish = send_message(kPublisher);
    for (QueueModel* queue : publish.queues) {
      queue->publish(publish.number, publish.persistent);
      publish.shows_sync =
          publish.shows_sync || (!blind_ && publish.persistent && waits_for_disk(*queue));
    }
    publishes_.push_back(std::move(publish));
  }

  // What leaves a queue at once is never written.
  bool waits_for_disk(const QueueModel& queue) const {
    return queue.durable() &&
           std::none_of(channels_.begin(), channels_.end(), [&](const ChannelState& each) {
             return each.consuming && each.no_ack && each.queue == &queue;
           });
  }

  void await_confirms() {
    await("everything is confirmed", [this] { return publishes_.empty() || closed_; });
  }

  void get(std::uint16_t number, QueueModel& queue, bool no_ack) {
    ChannelState& channel = channels_[number];
    channel.queue = &queue;
    channel.no_ack = no_ack;
    channel.waiting = true;
    clients_[0]->send(number, amqp::BasicGet{.queue = queue.name(), .no_ack = no_ack});
    await("get is answered", [&] { return !channel.waiting || closed_; });
  }

  void consume() {
    const auto number =
        static_cast<std::uint16_t>(kFirstConsumer + below(kLastConsumer - kFirstConsumer + 1));
    ChannelState& channel = channels_[number];
    if (channel.consuming) {
      call(number, amqp::BasicCancel{.consumer_tag = "c"});
      channel.consuming = false;
      return;
    }
    channel.queue = &any_queue();
    channel.no_ack = !faulty_ && one_in(5);
    channel.consuming = true;
    call(number, amqp::BasicQos{.prefetch_count = static_cast<std::uint16_t>(1 + below(30))});
    call(number,
         amqp::BasicConsume{
             .queue = channel.queue->name(), .consumer_tag = "c", .no_ack = channel.no_ack});
  }

  void settle_some() {
    const auto number = static_cast<std::uint16_t>(kGetter + below(kLastConsumer - kGetter + 1));
    ChannelState& channel = channels_[number];
    if (channel.held.empty()) return;
    const auto chosen =
        std::next(channel.held.begin(), static_cast<std::ptrdiff_t>(below(channel.held.size())));
    const std::uint64_t tag = chosen->first;
    const auto dice = below(10);
    const bool multiple = dice < 2;
    if (dice < 7) {
      clients_[0]->send(number, amqp::BasicAck{.delivery_tag = tag, .multiple = multiple});
      for_each_held(channel, tag, multiple,
                    [this](const Held& each) { each.queue->settle(each.number, step_); });
    } else if (dice == 7) {
      clients_[0]->send(number, amqp::BasicReject{.delivery_tag = tag, .requeue = false});
      for_each_held(channel, tag, false,
                    [this](const Held& each) { each.queue->settle(each.number, step_); });
    } else if (dice == 8) {
      clients_[0]->send(number, amqp::BasicReject{.delivery_tag = tag, .requeue = true});
      for_each_held(channel, tag, false, [this](const Held& each) {
        each.queue->requeue(each.number, true, step_, round_);
      });
    } else {
      clients_[0]->send(number, amqp::BasicNack{.delivery_tag = tag, .requeue = true});
      for_each_held(channel, tag, false, [this](const Held& each) {
        each.queue->requeue(each.number, false, step_, round_);
      });
    }
  }

  template <typename Visit>
  void for_each_held(ChannelState& channel, std::uint64_t tag, bool multiple, Visit visit) {
    for (auto at = multiple ? channel.held.begin() : channel.held.find(tag);
         at != channel.held.end() && at->first <= tag;) {
      visit(at->second);
      at = channel.held.erase(at);
    }
  }

  void requeue_all(const std::map<std::uint64_t, Held>& all) {
    for (const auto& [tag, held] : all) held.queue->requeue(held.number, true, step_, round_);
  }

  // A message or two, to be moved on or settled with others in one go.
  void transact() {
    if (one_in(3)) return commit();
    get(kTransactor, any_queue(), false);
  }

  void await_transaction() {
    await("the transaction ends", [this] { return !channels_[kTransactor].waiting || closed_; });
  }

  void commit() {
    auto commit = std::make_shared<Commit>();
    for (auto count = below(4); count != 0; --count) {
      commit->published.push_back(send_message(kTransactor));
    }
    ChannelState& channel = channels_[kTransactor];
    commit->settled = channel.held;
    const bool back = one_in(5);
    for (const auto& [tag, held] : commit->settled) {
      clients_[0]->send(kTransactor, amqp::BasicAck{.delivery_tag = tag});
    }
    channel.waiting = true;
    if (back) {  // the acks are forgotten, the messages stay with the client
      clients_[0]->send(kTransactor, amqp::TxRollback{});
    } else {
      clients_[0]->send(kTransactor, amqp::TxCommit{});
      commit->step = blind_ ? 0 : step_;
      channel.held.clear();
      // It has happened in memory whatever the disk says.
      for (const Publish& each : commit->published) {
        for (QueueModel* queue : each.queues) queue->publish(each.number, each.persistent);
      }
      for (const auto& [tag, held] : commit->settled) held.queue->settle(held.number, step_);
      open_commit_ = commit;
    }
    if (!blind_) await_transaction();
  }

  void purge(QueueModel& queue) {
    call(kGetter, amqp::QueuePurge{.queue = queue.name()});
    queue.purge(step_);
  }

  void delete_and_declare(QueueModel& queue) {
    call(kGetter, amqp::QueueDelete{.queue = queue.name()});
    for (ChannelState& channel : channels_) {
      std::erase_if(channel.held, [&](const auto& each) { return each.second.queue == &queue; });
      if (channel.queue == &queue) channel.consuming = false;
    }
    queue.clear();
    declare(queue);
  }

  // What it has is given back.
  void close(std::uint16_t number) {
    ChannelState& channel = channels_[number];
    if (channel.consuming) {  // what has just been read from the disk may be on its way
      if (channel.no_ack) call(number, amqp::BasicCancel{.consumer_tag = "c"});
      channel.queue->may_have_been_sent();
    }
    requeue_all(std::exchange(channel.held, {}));
    call(number, amqp::ChannelClose{.reply_code = 200, .reply_text = "bye"});
    requeue_all(channel.held);  // what has come meanwhile
    channel = {};
    call(number, amqp::ChannelOpen{});
    if (number == kTransactor) call(number, amqp::TxSelect{});
  }

  void check_count(QueueModel& queue) {
    ChannelState& channel = channels_[kGetter];
    const std::uint64_t most = queue.ready();
    call(kGetter, amqp::QueueDeclare{.queue = queue.name(), .passive = true});
    // Some may have been delivered behind the count.
    EXPECT_TRUE(channel.count >= queue.least() && channel.count <= most)
        << "step " << step_ << ", " << queue.name() << ": " << channel.count << " messages, not "
        << queue.least() << " to " << most;
  }

  // Takes all that is there.
  void drain() {
    for (std::uint16_t number = kFirstConsumer; number <= kLastConsumer; ++number) close(number);
    close(kTransactor);
    close(kGetter);
    for (const auto& queue : queues_) {
      do {
        ++step_;
        drained_ = false;
        get(kGetter, *queue, true);
      } while (ok() && !drained_);
    }
  }

  // ---- what the broker says ----

  template <typename Method>
  void call(std::uint16_t channel, const Method& method) {
    channels_[channel].waiting = true;
    clients_[0]->send(channel, method);
    await(Method::kMethod.name, [&] { return !channels_[channel].waiting || closed_; });
  }

  // Until nobody has anything to do but the disk.
  void settle_down() {
    while (broker_->poll() || read()) {
    }
  }

  // Until the broker has seen all that was sent: it does not read while its disk is behind.
  void catch_up() {
    if (!closed_) call(kEcho, amqp::BasicQos{});
    ++round_;
  }

  bool read() {
    bool busy = false;
    for (auto& client : clients_) {
      if (client) busy = client->pump([this](const Received& each) { take(each); }) || busy;
    }
    return busy;
  }

  template <typename Done>
  void await(std::string_view what, Done done) {
    settle_down();
    const auto begin = std::chrono::steady_clock::now();
    auto next_tick = begin + 5ms;
    while (ok() && !done()) {
      const auto now = std::chrono::steady_clock::now();
      if (now > next_tick) {
        broker_->tick();
        next_tick = now + 5ms;
        disk_.heal();
      }
      if (now > begin + 60s) ADD_FAILURE() << "step " << step_ << ": waits until " << what;
      std::this_thread::sleep_for(10us);
      settle_down();
    }
  }

  void take(const Received& received) {
    if (received.channel == 0) return take_connection(received);
    ChannelState& channel = channels_[received.channel];
    if (received.is<amqp::BasicAck>()) {
      const auto ack = received.as<amqp::BasicAck>();
      return confirm(ack.delivery_tag, ack.multiple, true);
    }
    if (received.is<amqp::BasicNack>()) {
      const auto nack = received.as<amqp::BasicNack>();
      return confirm(nack.delivery_tag, nack.multiple, false);
    }
    if (received.is<amqp::BasicDeliver>()) {
      const auto deliver = received.as<amqp::BasicDeliver>();
      return take_message(channel, received, deliver.delivery_tag, deliver.redelivered);
    }
    if (received.is<amqp::BasicGetOk>()) {
      const auto got = received.as<amqp::BasicGetOk>();
      take_message(channel, received, got.delivery_tag, got.redelivered);
    } else if (received.is<amqp::BasicGetEmpty>()) {
      demand(channel.queue->found_empty());
      drained_ = true;
    } else if (received.is<amqp::QueueDeclareOk>()) {
      channel.count = received.as<amqp::QueueDeclareOk>().message_count;
    } else if (received.is<amqp::TxCommitOk>()) {
      committed();
    } else if (received.is<amqp::ChannelClose>()) {
      ADD_FAILURE() << "step " << step_ << ": " << received.as<amqp::ChannelClose>().reply_text;
    }
    channel.waiting = false;
  }

  void take_connection(const Received& received) {
    if (!received.is<amqp::ConnectionClose>()) return;
    const auto close = received.as<amqp::ConnectionClose>();
    EXPECT_TRUE(doubtful()) << "step " << step_ << ": " << close.reply_text;
    closed_ = true;
  }

  void take_message(ChannelState& channel, const Received& received, std::uint64_t tag,
                    bool redelivered) {
    ++delivered_;
    const auto header = amqp::decode_content_header(received.header);
    const auto properties = amqp::PropertyList::decode(header->properties);
    const MessageNumber number = std::strtoull(received.body.c_str(), nullptr, 10);
    EXPECT_TRUE(received.body == body_of(number)) << "message " << number << " has changed";
    demand(channel.queue->deliver(number, properties->delivery_mode == 2, redelivered,
                                  failures_in(*properties), round_));
    if (!ok()) return;
    if (channel.no_ack) return channel.queue->settle(number, step_);
    channel.held[tag] = {channel.queue, number};
  }

  void confirm(std::uint64_t sequence, bool multiple, bool accepted) {
    const auto visit = [&](std::uint64_t each) {
      Publish* publish = find_publish(each);
      if (!publish || publish->number == 0) return;
      accepted ? confirmed(*publish) : refused();
      publish->number = 0;
    };
    if (multiple) {
      for (std::uint64_t each = next_confirm_; each <= sequence; ++each) visit(each);
    } else {
      visit(sequence);
    }
    while (!publishes_.empty() && publishes_.front().number == 0) {
      publishes_.pop_front();
      ++next_confirm_;
    }
  }

  Publish* find_publish(std::uint64_t sequence) {
    if (sequence < next_confirm_ || sequence - next_confirm_ >= publishes_.size()) return nullptr;
    return &publishes_[sequence - next_confirm_];
  }

  void confirmed(const Publish& publish) {
    ++confirmed_;
    if (publish.persistent) {
      for (QueueModel* queue : publish.queues) queue->confirm(publish.number);
    }
    if (publish.shows_sync) synced_before(publish.step);
  }

  void refused() {
    ++refused_;
    EXPECT_TRUE(doubtful()) << "step " << step_ << ": a nack";
  }

  void committed() {
    const auto commit = std::exchange(open_commit_, nullptr);
    if (!commit) return;
    bool logged = false;
    for (const Publish& each : commit->published) {
      for (QueueModel* queue : each.queues) {
        if (each.persistent) queue->confirm(each.number);
        logged = logged || (each.persistent && waits_for_disk(*queue));
      }
    }
    if (logged) synced_before(commit->step);
  }

  // Once the log has refused something nobody knows what of the settling is in it.
  void synced_before(Step step) {
    if (doubtful() || step <= synced_) return;
    synced_ = step;
    for (const auto& queue : queues_) queue->synced(step);
  }

  // ---- a transaction that was not answered ----

  struct Commit {
    std::vector<Publish> published;
    std::map<std::uint64_t, Held> settled;
    Step step = 0;
  };

  // All of it or nothing, where the log has not refused anything.
  void settle_open_commit() {
    if (!open_commit_ || doubtful()) return;
    auto open = std::make_shared<OpenCommit>();
    for (const Publish& each : open_commit_->published) {
      for (QueueModel* queue : each.queues) queue->may_have_published(open, each.number);
    }
    for (const auto& [tag, held] : open_commit_->settled) {
      held.queue->may_have_settled(open, held.number);
    }
  }

  std::mt19937_64 random_;
  TemporaryDirectory directory_{memory_directory()};
  FaultFileSystem disk_;
  std::vector<std::unique_ptr<QueueModel>> queues_;
  std::unique_ptr<DrivenBroker> broker_;
  std::array<std::unique_ptr<DrivenClient>, DrivenBroker::kShards> clients_;
  std::array<ChannelState, kEcho + 1> channels_;
  std::deque<Publish> publishes_;  // that wait for their confirm; number 0: it has come
  std::uint64_t next_confirm_ = 1;
  std::shared_ptr<Commit> open_commit_;
  bool faulty_ = false, blind_ = false, closed_ = false, drained_ = false;
  MessageNumber last_number_ = 0;
  Step step_ = 0, synced_ = 0;
  std::uint64_t round_ = 1;  // what was done in an earlier one, the broker has seen
  std::uint64_t lives_ = 0, delivered_ = 0, confirmed_ = 0, refused_ = 0, faults_before_ = 0;
};

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

TEST(StorageModel, CrashesLoseNothingThatWasConfirmedAndBringNothingBack) {
  const std::uint64_t seed = number_in("CONEY_SEED", std::random_device{}());
  std::cout << "CONEY_SEED=" << seed << std::endl;
  SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed));
  World(seed).run(number_in("CONEY_STEPS", 100'000));
}

}  // namespace
}  // namespace coney
