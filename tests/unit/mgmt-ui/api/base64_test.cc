#include "mgmt-ui/api/http/base64.h"

#include <gtest/gtest.h>

namespace coney::management {
namespace {

// Long enough that a byte too many is one behind the end of an allocation.
TEST(Base64, EveryLengthComesBackWithAndWithoutPadding) {
  std::string bytes;
  for (int length = 0; length != 100; ++length) {
    std::string text = encode_base64(bytes);
    EXPECT_EQ(text.size() % 4, 0u);
    EXPECT_EQ(decode_base64(text), bytes);
    while (text.ends_with('=')) text.pop_back();
    EXPECT_EQ(decode_base64(text), bytes) << length;
    bytes.push_back(static_cast<char>(length * 37));
  }
}

TEST(Base64, OtherCharactersAreNone) {
  EXPECT_EQ(decode_base64("Z3Vlc3Q6Z3Vlc3/-"), std::nullopt);
  EXPECT_EQ(decode_base64("Z3 Vl"), std::nullopt);
  EXPECT_EQ(decode_base64("Z=Vl"), std::nullopt);
}

}  // namespace
}  // namespace coney::management
