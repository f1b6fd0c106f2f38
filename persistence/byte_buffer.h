#pragma once
// Bytes with one owner that are not set to zero before they are written: a page of messages is
// filled or read once, and clearing it first would cost as much as that.

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace coney {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  // `size` bytes of any content.
  explicit ByteBuffer(std::size_t size) { resize(size); }
  explicit ByteBuffer(std::string_view bytes) : ByteBuffer(bytes.size()) {
    if (!bytes.empty()) std::memcpy(data_.get(), bytes.data(), bytes.size());
  }
  ByteBuffer(ByteBuffer&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  char* data() { return data_.get(); }
  const char* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::string_view view() const { return {data_.get(), size_}; }
  std::span<char> span() { return {data_.get(), size_}; }

  // Keeps what is there; what is new has any content.
  void resize(std::size_t size) {
    if (size > capacity_) grow(size);
    size_ = size;
  }
  // Room for `bytes` in all before the next move to a larger place.
  void reserve(std::size_t bytes) {
    if (bytes > capacity_) move_to(bytes);
  }
  std::size_t capacity() const { return capacity_; }

 private:
  void grow(std::size_t size) { move_to(std::max(size, capacity_ * 2)); }

  void move_to(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ != 0) std::memcpy(larger.get(), data_.get(), size_);
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace coney
