#include <gmock/gmock.h>

#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

using testing::HasSubstr;

class AccessTest : public ApiTest {
 protected:
  AccessTest() {
    add_user("mgr", {"management"});
    add_user("mon", {"monitoring"});
    add_user("plain", {});
    as_guest();
  }
};

TEST_F(AccessTest, WithoutCredentialsBrowsersAreAskedForThem) {
  as_nobody();
  const Answer answer = get("/api/whoami");
  EXPECT_EQ(answer.status, 401u);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(header_of(answer, "www-authenticate"), "Basic realm=\"RabbitMQ Management\"");
}

TEST_F(AccessTest, WrongCredentialsAreRefusedAlike) {
  for (auto [user, password] : {std::pair("guest", "wrong"), {"nobody", "x"}, {"guest", ""}}) {
    as(user, password);
    const Answer answer = get("/api/whoami");
    EXPECT_EQ(answer.status, 401u);
    EXPECT_EQ(json_of(answer),
              boost::json::parse(R"({"error":"not_authorized","reason":"Not_Authorized"})"));
  }
}

TEST_F(AccessTest, TagsDecideWhatAUserMayDo) {
  as("plain");
  EXPECT_EQ(reason_of(get("/api/whoami")), "Not management user");
  as("mon");
  EXPECT_EQ(reason_of(get("/api/users")), "Not administrator user");
  as("mgr");
  EXPECT_EQ(reason_of(put("/api/policies/%2F/p", "{}")), "User not authorised to access object");
  EXPECT_EQ(get("/api/vhosts").status, 200u);
}

TEST_F(AccessTest, VhostThatMayNotBeSeenIsNotThere) {
  EXPECT_EQ(put("/api/vhosts/secret").status, 201u);
  as("mgr");
  EXPECT_EQ(get("/api/policies/secret").status, 404u);
  EXPECT_EQ(body_of("/api/vhosts").as_array().size(), 0u);
  allow("mgr", "secret");
  EXPECT_EQ(get("/api/policies/secret").status, 200u);
  EXPECT_EQ(body_of("/api/vhosts").as_array().size(), 1u);
}

TEST_F(AccessTest, GuestComesFromThisMachineAlone) {
  peer_.address = "192.0.2.1";
  EXPECT_EQ(get("/api/whoami").status, 401u);
  as("mon");
  EXPECT_EQ(get("/api/whoami").status, 200u);
}

TEST_F(AccessTest, AddressThatFailsTooOftenWaits) {
  as("guest", "wrong");
  while (get("/api/whoami").status == 401u) continue;
  EXPECT_EQ(get("/api/whoami").status, 429u);
  as_guest();
  EXPECT_EQ(get("/api/whoami").status, 429u) << "a right password would tell that it is right";
  peer_.address = "::1";
  EXPECT_EQ(get("/api/whoami").status, 200u);
  peer_.address = "127.0.0.1";
  now_ += std::chrono::seconds(2);
  EXPECT_EQ(get("/api/whoami").status, 200u);
}

TEST_F(AccessTest, CookieStandsForALogin) {
  as_nobody();
  const Answer login = post("/api/login", "username=mgr&password=mgr");
  EXPECT_EQ(login.status, 200u);
  std::string cookie = header_of(login, "set-cookie");
  EXPECT_THAT(cookie, HasSubstr("HttpOnly; SameSite=Strict"));
  cookie = cookie.substr(0, cookie.find(';'));
  headers_ = {{"cookie", "other=1; " + cookie}};
  EXPECT_EQ(body_of("/api/whoami").at("name"), "mgr");
  execute_now(ChangePassword{"mgr", ""});
  EXPECT_EQ(get("/api/whoami").status, 401u) << "the password is another";
}

TEST_F(AccessTest, CookieOfALogoutIsWorthNothing) {
  as_nobody();
  const std::string cookie =
      header_of(post("/api/login", "username=mon&password=mon"), "set-cookie");
  headers_ = {{"cookie", cookie.substr(0, cookie.find(';'))}};
  EXPECT_EQ(remove("/api/login").status, 204u);
  EXPECT_EQ(get("/api/whoami").status, 401u);
}

TEST_F(AccessTest, PageOfAnotherSiteChangesNothing) {
  headers_ = {{"host", "broker:15672"}, {"origin", "http://evil.example"}};
  EXPECT_EQ(put("/api/vhosts/v").status, 403u);
  EXPECT_EQ(get("/api/vhosts").status, 200u);
  headers_ = {{"host", "broker:15672"}, {"origin", "http://broker:15672"}};
  EXPECT_EQ(put("/api/vhosts/v").status, 201u);
  headers_ = {{"host", "broker:15672"}, {"origin", "http://good.example"}};
  changeable_config().management.cors_origins = {"http://good.example"};
  const Answer answer = put("/api/vhosts/v");
  EXPECT_EQ(answer.status, 204u);
  EXPECT_EQ(header_of(answer, "access-control-allow-origin"), "http://good.example");
}

TEST_F(AccessTest, LoginsByFormCountAsFailuresToo) {
  as_nobody();
  while (post("/api/login", "username=mgr&password=wrong").status == 401u) continue;
  EXPECT_EQ(post("/api/login", "username=mgr&password=mgr").status, 429u);
  as("mgr");
  EXPECT_EQ(get("/api/whoami").status, 429u);
}

TEST_F(AccessTest, CookiesThatAreNoneLogNobodyIn) {
  as_nobody();
  for (const char* cookie : {"coney_session=", "coney_session", "=", ";;;", "coney_session=0;x",
                             "xconey_session=1", "coney_session=1; coney_session=2"}) {
    headers_ = {{"cookie", cookie}};
    EXPECT_EQ(get("/api/whoami").status, 401u) << cookie;
  }
}

TEST_F(AccessTest, BrowserThatSendsNoOriginSaysThatItIsAnotherSite) {
  headers_ = {{"host", "broker:15672"}, {"sec-fetch-site", "cross-site"}};
  EXPECT_EQ(put("/api/vhosts/v").status, 403u);
  EXPECT_EQ(post("/api/login", "username=guest&password=guest").status, 403u);
  headers_ = {{"host", "broker:15672"}, {"sec-fetch-site", "same-origin"}};
  EXPECT_EQ(put("/api/vhosts/v").status, 201u);
}

TEST_F(AccessTest, ErrorsDoNotRepeatPasswords) {
  for (const char* body : {R"({"password":["hunter2"],"tags":""})",
                           R"({"password":"hunter2","tags":5})", R"({"password":"hunter2)"}) {
    const Answer answer = put("/api/users/u", body);
    EXPECT_EQ(answer.status, 400u) << body;
    EXPECT_EQ(answer.body.find("hunter2"), std::string::npos) << answer.body;
  }
}

TEST_F(AccessTest, HashesOfPasswordsAreForAdministrators) {
  allow("mon", "/");
  as("mon");
  for (const char* path : {"/api/users", "/api/users/mgr", "/api/definitions",
                           "/api/definitions/%2F", "/api/whoami", "/api/permissions"}) {
    EXPECT_EQ(get(path).body.find("password_hash"), std::string::npos) << path;
  }
}

TEST_F(AccessTest, LocalSocketNeedsNoUser) {
  as_nobody();
  peer_ = Peer{"", "root"};
  EXPECT_EQ(body_of("/api/whoami").at("name"), "root");
  EXPECT_EQ(put("/api/vhosts/v").status, 201u);
}

}  // namespace
}  // namespace coney::management
