#pragma once
// The hash of texts and the consistent hash on which RabbitMQ's hash exchanges are built, so that a
// message goes to the same queue here as there. Pure functions.

#include <cstdint>
#include <string_view>

namespace coney {

// Erlang's erlang:phash2/1 of a binary: Bob Jenkins' hash of 1996, 27 bits of it.
std::uint32_t erlang_hash(std::string_view bytes);

// The bucket of `key`, below `buckets`: when one more bucket is appended, keys stay where they are
// or go to the new one (J. Lamping and E. Veach, 2014), with Erlang's generator exs1024s for the
// jumps. O(log buckets). REQUIRES: 0 < buckets < 2^53.
std::uint64_t jump_hash(std::uint64_t key, std::uint64_t buckets);

}  // namespace coney
