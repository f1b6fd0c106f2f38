#pragma once
// A blocking AMQP client on one connection, for tests: what it sends is buffered until it waits for
// something. Deliveries, returns and confirms that come while it waits for an answer are kept.
// Whatever goes wrong is thrown: ClosedByBroker for channel.close and connection.close, otherwise
// std::runtime_error, also when nothing comes for ten seconds.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "amqp/field.h"
#include "amqp/frame.h"
#include "amqp/methods.h"
#include "amqp/properties.h"
#include "amqp/table.h"
#include "tests/integration/stream.h"

namespace coney::test {

class ClosedByBroker : public std::runtime_error {
 public:
  ClosedByBroker(bool channel, std::uint16_t reply_code, std::string_view text)
      : std::runtime_error(std::to_string(reply_code) + " " + std::string(text)),
        only_channel(channel),
        code(reply_code) {}
  bool only_channel;
  std::uint16_t code;
};

struct Delivery {
  std::uint64_t tag = 0;
  bool redelivered = false;
  std::string consumer;  // empty for basic.get
  std::string body;
  std::string properties;  // flags and values, as they came; empty when there are none
  bool operator==(const Delivery&) const = default;
};

struct QueueFlags {
  bool durable = false;
  bool exclusive = false;
  bool auto_delete = false;
  bool passive = false;
};

struct QueueCounts {
  std::uint32_t messages = 0;
  std::uint32_t consumers = 0;
};

struct Login {
  std::string mechanism = "PLAIN";
  std::string response = std::string("\0guest\0guest", 12);
  std::optional<std::string> secure_response;  // to connection.secure
  std::string vhost = "/";
  // Beside those of every test client.
  amqp::Table properties;
  bool consumer_cancel_notify = false;
};
Login plain_login(const std::string& user, const std::string& password);

class Client {
 public:
  // Connected as guest, with channel 1 open.
  explicit Client(std::uint16_t port);
  explicit Client(std::unique_ptr<Stream> stream, const Login& login = {});

  const std::string& mechanisms() const { return mechanisms_; }  // as offered
  std::uint16_t channel_max() const { return channel_max_; }     // as offered
  void open_channel(std::uint16_t number);

  QueueCounts declare(const std::string& queue, QueueFlags flags = {},
                      const amqp::Table& arguments = {});
  QueueCounts counts(const std::string& queue) { return declare(queue, {.passive = true}); }
  // Without waiting for the answers, which come in the order of the methods: channel and name.
  void send_declare(std::uint16_t channel, const std::string& queue, QueueFlags flags = {},
                    const amqp::Table& arguments = {});
  void send_bind(std::uint16_t channel, const std::string& queue, const std::string& exchange,
                 const std::string& key);
  QueueCounts await_declared(std::uint16_t channel, const std::string& queue);
  void await_bound(std::uint16_t channel);
  // Passive declares on a channel of their own.
  bool queue_exists(const std::string& queue);
  bool exchange_exists(const std::string& exchange);
  void declare_exchange(const std::string& exchange, const std::string& type, bool durable,
                        const amqp::Table& arguments = {});
  void bind_exchange(const std::string& destination, const std::string& source,
                     const std::string& key);
  void unbind(const std::string& queue, const std::string& exchange, const std::string& key);
  void bind(const std::string& queue, const std::string& exchange, const std::string& key);
  void purge(const std::string& queue);
  void delete_queue(const std::string& queue);

  void publish(std::string_view exchange, std::string_view key, std::string_view body,
               const amqp::PropertyList& properties = {});
  void confirm_select();
  // Waits until every publish since confirm_select() is acknowledged or refused.
  void wait_for_confirms();
  // The publishes that were refused since the last time this was asked: the first has number 1.
  std::set<std::uint64_t> take_refused() { return std::exchange(refused_, {}); }
  void tx_select();
  void tx_commit();
  void tx_rollback();
  // wait_for_confirms(), but not longer than until next_alarm() has something; then that.
  std::optional<std::string> wait_for_confirms_or_alarm();
  // The reason of the next connection.blocked; empty: it was connection.unblocked.
  std::string next_alarm();
  std::size_t alarms_kept() const { return alarms_.size(); }

  void qos(std::uint16_t prefetch, bool global = false);
  void consume(const std::string& queue, const std::string& tag, bool no_ack = false,
               const amqp::Table& arguments = {});
  void cancel(const std::string& tag);
  void send_cancel(const std::string& tag);  // without waiting for its answer
  // The consumer that the broker has cancelled next.
  std::string next_cancelled();
  std::size_t cancelled_kept() const { return cancelled_.size(); }
  Delivery next_delivery();
  std::size_t deliveries_kept() const { return deliveries_.size(); }
  std::optional<Delivery> get(const std::string& queue, bool no_ack = false);
  void ack(std::uint64_t tag, bool multiple = false);
  void requeue(std::uint64_t tag, bool multiple = false);  // by basic.nack
  void reject(std::uint64_t tag, bool requeue = false);
  // An answer that the broker gives after everything that it sent before.
  void flush();
  void write_out();  // what is buffered

  // connection.close and its answer.
  void close();
  // Waits for connection.close of the broker and answers it; its reply code.
  std::uint16_t wait_for_close();
  // The same for channel.close. The answers before it are kept, what is behind it is not read.
  std::uint16_t wait_for_channel_close();

 private:
  struct Content {  // a method with content, its body still arriving
    std::string method;
    std::uint64_t missing = 0;
    Delivery delivery;
  };
  template <typename Method>
  struct Answer {
    std::unique_ptr<std::string> payload;
    Method method;
  };

  template <typename Method>
  void send(std::uint16_t channel, const Method& method);
  template <typename Method>
  Answer<Method> expect(std::uint16_t channel);
  template <typename Method>
  bool exists(const Method& passive_declare);

  void handshake(const Login& login);
  void read_some();
  void take_frames();
  void take(const amqp::Frame& frame);
  void take_method(std::uint16_t channel, std::string_view payload);
  bool take_event(std::string_view payload);
  void take_confirm(std::uint64_t tag, bool multiple, bool accepted);
  void finish_content();

  std::unique_ptr<Stream> stream_;
  std::string mechanisms_;
  std::uint16_t channel_max_ = 0;
  std::string in_, out_;
  bool frames_left_ = false;  // in in_, whole ones perhaps, behind a close
  std::optional<Content> content_;
  std::deque<std::pair<std::uint16_t, std::string>> answers_;  // channel, method payload
  std::deque<Delivery> deliveries_;
  std::deque<std::string> alarms_;
  std::deque<std::string> cancelled_;
  std::optional<Delivery> got_;  // of basic.get-ok
  bool confirming_ = false;
  std::uint64_t published_ = 0;
  std::set<std::uint64_t> unconfirmed_, refused_;
};

}  // namespace coney::test
