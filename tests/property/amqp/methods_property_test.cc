// Every method comes back from its encoding, and no strict prefix of it is taken for the method.

#include <gtest/gtest.h>

#include "amqp/methods.h"
#include "tests/property/amqp/generators.h"

namespace amqp::testing {
namespace {

constexpr std::size_t kIdSize = 4;

template <typename Method>
void check_round_trip(Random& random) {
  std::deque<std::string> memory;
  const Method method = random_method<Method>(random, memory);
  std::string encoded;
  encode_method(encoded, method);
  ASSERT_GE(encoded.size(), kIdSize);
  EXPECT_EQ(wire::load<std::uint32_t>(encoded.data()), Method::kMethod.id.packed());
  const auto decoded = decode_arguments<Method>(std::string_view(encoded).substr(kIdSize));
  ASSERT_TRUE(decoded) << Method::kMethod.name;
  EXPECT_TRUE(same_fields(method, *decoded)) << Method::kMethod.name;
}

template <typename Method>
void check_truncations(Random& random) {
  std::deque<std::string> memory;
  std::string encoded;
  encode_method(encoded, random_method<Method>(random, memory));
  for (std::size_t size = kIdSize; size < encoded.size(); ++size) {
    // A heap copy of exactly this size, so that a sanitizer sees a read past the end.
    const std::string part = encoded.substr(kIdSize, size - kIdSize);
    const auto decoded = decode_arguments<Method>(part);
    ASSERT_FALSE(decoded) << Method::kMethod.name << " cut at " << size;
    EXPECT_EQ(decoded.error(), DecodeError::kTruncated) << Method::kMethod.name;
  }
  const auto longer = decode_arguments<Method>(encoded.substr(kIdSize) + '\0');
  ASSERT_FALSE(longer) << Method::kMethod.name;
  EXPECT_EQ(longer.error(), DecodeError::kTrailingBytes) << Method::kMethod.name;
}

TEST(MethodsProperty, EveryMethodSurvivesEncodeAndDecode) {
  SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed_of_this_run()));
  Random random(seed_of_this_run());
  for (int round = 0; round < 50; ++round) {
    for_each_method([&]<typename Method>() { check_round_trip<Method>(random); });
  }
}

TEST(MethodsProperty, EveryStrictPrefixIsTruncated) {
  SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed_of_this_run()));
  Random random(seed_of_this_run());
  for_each_method([&]<typename Method>() { check_truncations<Method>(random); });
}

}  // namespace
}  // namespace amqp::testing
