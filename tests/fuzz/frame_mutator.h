#pragma once
// Changes a stream of frames as a peer would get it wrong: whole frames and their payloads, with
// sizes and end octets that fit. The fuzzer's own mutations rarely leave these right.

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "amqp/frame.h"

// libFuzzer's: changes data[0, size) in place, to at most max_size octets; returns the new size.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace amqp::fuzz {

class FrameMutator {
 public:
  FrameMutator(std::string_view bytes, unsigned seed) : random_(seed) {
    if (bytes.starts_with("AMQP") && bytes.size() >= kProtocolHeader.size()) {
      start_ = bytes.substr(0, kProtocolHeader.size());
      bytes.remove_prefix(start_.size());
    }
    for (;;) {
      const FrameRead read = read_frame(bytes, UINT32_MAX - 16);
      if (read.status != FrameStatus::kFrame) break;
      frames_.push_back({read.frame.type, read.frame.channel, std::string(read.frame.payload)});
      bytes.remove_prefix(read.consumed);
    }
    rest_ = bytes;
  }

  bool has_frames() const { return !frames_.empty(); }

  // REQUIRES: has_frames().
  std::string mutate() {
    const std::size_t at = random_() % frames_.size();
    const std::size_t other = random_() % frames_.size();
    const auto to = frames_.begin() + static_cast<std::ptrdiff_t>(other);
    switch (random_() % 8) {
      case 0:
        frames_.insert(to, Part(frames_[at]));
        break;
      case 1:
        frames_.erase(to);
        break;
      case 2:
        std::swap(frames_[at], frames_[other]);
        break;
      case 3:
        frames_[at].channel = static_cast<std::uint16_t>(random_() % 4);
        break;
      default:
        mutate_payload(frames_[at].payload);
    }
    return stream();
  }

 private:
  struct Part {
    std::uint8_t type;
    std::uint16_t channel;
    std::string payload;
  };

  // Class and method stay as they are, mostly.
  void mutate_payload(std::string& payload) {
    const std::size_t kept = payload.size() > 4 && random_() % 8 != 0 ? 4 : 0;
    const std::size_t size = payload.size() - kept;
    payload.resize(payload.size() + 64);
    auto* data = reinterpret_cast<std::uint8_t*>(payload.data()) + kept;
    payload.resize(kept + LLVMFuzzerMutate(data, size, size + 64));
  }

  std::string stream() const {
    std::string bytes = start_;
    for (const Part& part : frames_) {
      append_frame(bytes, static_cast<FrameType>(part.type), part.channel, part.payload);
    }
    return bytes + rest_;
  }

  std::mt19937 random_;
  std::string start_, rest_;  // around the frames
  std::vector<Part> frames_;
};

}  // namespace amqp::fuzz
