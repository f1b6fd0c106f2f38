#include "broker/auth/loopback.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coney {
namespace {

TEST(Loopback, AddressesOfThisMachine) {
  for (const char* address : {"127.0.0.1", "127.0.0.0", "127.255.255.255", "127.1.2.3", "::1",
                              "0:0:0:0:0:0:0:1", "::1%lo", "::ffff:127.0.0.1", "::ffff:7f01:203"}) {
    EXPECT_TRUE(is_loopback(address)) << address;
  }
}

TEST(Loopback, OtherAddresses) {
  for (const char* address :
       {"128.0.0.1", "126.255.255.255", "10.0.0.127", "0.0.0.0", "::", "::2", "fe80::1%lo",
        "::127.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "", "localhost", "127.0.0.1 ", "127.1"}) {
    EXPECT_FALSE(is_loopback(address)) << address;
  }
}

TEST(Loopback, ListedUsersMustComeFromThisMachine) {
  std::vector<std::string> users = {"guest", "admin"};
  EXPECT_TRUE(is_allowed_from("guest", "127.0.0.1", users));
  EXPECT_FALSE(is_allowed_from("guest", "192.168.0.1", users));
  EXPECT_FALSE(is_allowed_from("admin", "fe80::1", users));
  EXPECT_TRUE(is_allowed_from("other", "192.168.0.1", users));
  EXPECT_TRUE(is_allowed_from("guest", "192.168.0.1", {}));
}

}  // namespace
}  // namespace coney
