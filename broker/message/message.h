#pragma once
// A published message: one immutable allocation that every queue, delivery and shard shares by an
// intrusive count. It holds the bytes in the form in which they leave again: exchange and routing
// key as two short strings, the payload of the content header frame, the body.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace coney {

class Message {
 public:
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  // "exchange" and "routing key" as encoded in basic.deliver, get-ok and return.
  std::string_view routing() const { return {data(), routing_size_}; }
  std::string_view exchange() const { return {data() + 1, static_cast<unsigned char>(data()[0])}; }
  std::string_view routing_key() const {
    std::size_t at = 1 + static_cast<unsigned char>(data()[0]);
    return {data() + at + 1, static_cast<unsigned char>(data()[at])};
  }
  // Payload of the content header frame: class, weight, body size, property flags, properties.
  std::string_view header() const { return {data() + routing_size_, header_size_}; }
  std::string_view body() const { return {data() + routing_size_ + header_size_, body_size_}; }
  // Bytes of memory that the message takes.
  std::size_t size() const { return sizeof *this + routing_size_ + header_size_ + body_size_; }
  bool persistent() const { return persistent_; }  // delivery_mode 2
  // Its header x-death is the broker's: it was dead-lettered since a client published it.
  bool has_died() const { return has_died_; }

 private:
  friend class MessageRef;
  friend class MessageBuilder;
  Message() = default;

  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }

  std::atomic<std::uint32_t> references_{1};
  std::uint32_t routing_size_ = 0;
  std::uint32_t header_size_ = 0;
  bool persistent_ = false;
  bool has_died_ = false;
  std::uint64_t body_size_ = 0;
};

// Shared ownership of a message, from any shard.
class MessageRef {
 public:
  MessageRef() = default;
  MessageRef(const MessageRef& other) : message_(other.message_) {
    if (message_) message_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  MessageRef(MessageRef&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  MessageRef& operator=(MessageRef other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessageRef() { release(); }

  const Message* operator->() const { return message_; }
  const Message& operator*() const { return *message_; }
  explicit operator bool() const { return message_ != nullptr; }
  void reset() {
    release();
    message_ = nullptr;
  }

 private:
  friend class MessageBuilder;
  explicit MessageRef(Message* message) : message_(message) {}

  void release() {
    if (!message_) return;
    // The last holder needs no locked instruction.
    if (message_->references_.load(std::memory_order_acquire) == 1 ||
        message_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      std::free(message_);
    }
  }

  Message* message_ = nullptr;
};

// Fills a message while its content arrives. REQUIRES: exactly `body_size` bytes are appended
// before finish().
class MessageBuilder {
 public:
  MessageBuilder() = default;
  // `header` is the payload of the content header frame. Memory is taken for the whole body at
  // once, so the caller has checked its size.
  MessageBuilder(std::string_view exchange, std::string_view routing_key, std::string_view header,
                 std::uint64_t body_size, bool persistent);

  bool active() const { return static_cast<bool>(message_); }
  std::uint64_t missing() const { return missing_; }
  void append(std::string_view body_part);
  void mark_died();
  MessageRef finish() { return std::move(message_); }
  void abandon() { message_.reset(); }

 private:
  MessageRef message_;
  std::uint64_t missing_ = 0;
};

}  // namespace coney
