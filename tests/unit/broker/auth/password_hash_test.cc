#include "broker/auth/password_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace coney {
namespace {

struct Vector {
  PasswordSalt salt;
  const char* password;
  PasswordHashing hashing;
  const char* hash;
};

// base64(salt || digest(salt || password)), computed with Python's hashlib.
const Vector kVectors[] = {
    {{0x90, 0x8d, 0xc6, 0x0a},
     "test12",
     PasswordHashing::kSha256,
     "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"},
    {{0x90, 0x8d, 0xc6, 0x0a},
     "test12",
     PasswordHashing::kSha512,
     "kI3GChuNuIYf8lRbCCxZjgjKwsY19ns6+uFO0zcXRBGA/"
     "XGJPYD8OWMy7EB8TaOmAzjP2azv84GbINYwX2cDWb4DHnc="},
    {{0x90, 0x8d, 0xc6, 0x0a}, "test12", PasswordHashing::kMd5, "kI3GChNpte2FApYFXScl+0dIluk="},
    {{0, 0, 0, 0},
     "guest",
     PasswordHashing::kSha256,
     "AAAAAPEoQ8a3jY6DABRiJzkoKooQbXiBp2iGLke7d+FVKzJx"},
    {{0xff, 0x00, 0x01, 0x7f},
     "p\xc3\xa4ssw\xc3\xb6rd",
     PasswordHashing::kSha512,
     "/wABfyBD1GIiAdgOtB935AMtwV3fWxeCYyU5MUegd9LhM5LoeLG0cfNB6o3wvUSCZkccfqYNr5xcEvhkndabigCu9Js"
     "="},
};

TEST(PasswordHash, HashesAsRabbitMq) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(hash_password(vector.password, vector.hashing, vector.salt), vector.hash);
  }
}

TEST(PasswordHash, VerifiesTheRightPasswordOnly) {
  for (const Vector& vector : kVectors) {
    std::string password = vector.password;
    EXPECT_TRUE(verify_password(password, vector.hash, vector.hashing));
    EXPECT_FALSE(verify_password(password + "x", vector.hash, vector.hashing));
    EXPECT_FALSE(verify_password(password.substr(1), vector.hash, vector.hashing));
    EXPECT_FALSE(verify_password("", vector.hash, vector.hashing));
  }
}

TEST(PasswordHash, HashOfAnotherAlgorithmDoesNotVerify) {
  for (const Vector& vector : kVectors) {
    for (auto other : {PasswordHashing::kSha256, PasswordHashing::kSha512, PasswordHashing::kMd5}) {
      bool same = other == vector.hashing;
      EXPECT_EQ(verify_password(vector.password, vector.hash, other), same);
      EXPECT_EQ(is_password_hash(vector.hash, other), same);
    }
  }
}

TEST(PasswordHash, EmptyHashNeverVerifies) {
  EXPECT_FALSE(verify_password("", "", PasswordHashing::kSha256));
  EXPECT_FALSE(verify_password("x", "", PasswordHashing::kSha256));
  EXPECT_TRUE(is_password_hash("", PasswordHashing::kSha256));
}

TEST(PasswordHash, EmptyPasswordIsRefused) {
  EXPECT_FALSE(hash_password("", PasswordHashing::kSha256, {1, 2, 3, 4}));
  ASSERT_TRUE(is_password_hash("AAAAAN8/YZgEqS/bQFcZLcQ910jqd4rcUrxJjOgFJMAUuBEZ",
                               PasswordHashing::kSha256));
  // A stored hash of the empty password does not let anybody in either.
  EXPECT_FALSE(verify_password("", "AAAAAN8/YZgEqS/bQFcZLcQ910jqd4rcUrxJjOgFJMAUuBEZ",
                               PasswordHashing::kSha256));
}

TEST(PasswordHash, MalformedHashesNeverVerify) {
  const std::string good = kVectors[0].hash;
  for (const std::string& bad : {std::string("not base64!"), std::string("===="),
                                 std::string("AAAA"), good + "AAAA", good.substr(4), good.substr(1),
                                 std::string(1'000'000, 'A'), std::string(48, '\0'), "\n" + good}) {
    EXPECT_FALSE(verify_password("test12", bad, PasswordHashing::kSha256));
    EXPECT_FALSE(is_password_hash(bad, PasswordHashing::kSha256));
  }
}

TEST(PasswordHash, RandomSaltsDiffer) {
  std::set<PasswordSalt> salts;
  for (int i = 0; i < 50; ++i) salts.insert(random_salt());
  EXPECT_GT(salts.size(), 45u);
  auto hash = hash_password("secret", PasswordHashing::kSha256, random_salt());
  EXPECT_TRUE(verify_password("secret", *hash, PasswordHashing::kSha256));
}

TEST(PasswordHash, AlgorithmsHaveRabbitMqsNames) {
  EXPECT_EQ(password_hashing_from("rabbit_password_hashing_sha256"), PasswordHashing::kSha256);
  EXPECT_EQ(password_hashing_from("rabbit_password_hashing_sha512"), PasswordHashing::kSha512);
  EXPECT_EQ(password_hashing_from("rabbit_password_hashing_md5"), PasswordHashing::kMd5);
  EXPECT_EQ(password_hashing_from("sha256"), std::nullopt);
  EXPECT_EQ(to_string(PasswordHashing::kMd5), "rabbit_password_hashing_md5");
}

}  // namespace
}  // namespace coney
