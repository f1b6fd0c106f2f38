#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

class RoutingTest : public ApiTest {};

TEST_F(RoutingTest, PathThatIsNoneIsNotFoundWithoutALogin) {
  as_nobody();
  const Answer answer = get("/api/nosuchendpoint");
  EXPECT_EQ(answer.status, 404u);
  EXPECT_EQ(json_of(answer).at("error"), "Object Not Found");
  EXPECT_EQ(get("/api//vhosts").status, 404u);
}

TEST_F(RoutingTest, MethodsOfAPathAreTold) {
  const Answer answer = request(Method::kOptions, "/api/vhosts/x");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(header_of(answer, "allow"), "HEAD, GET, PUT, DELETE, OPTIONS");
  EXPECT_EQ(request(Method::kOther, "/api/vhosts").status, 405u);
  EXPECT_EQ(post("/api/vhosts").status, 405u);
  EXPECT_EQ(request(Method::kHead, "/api/vhost-limits").status, 405u);
}

TEST_F(RoutingTest, NamesArePercentDecodedOnce) {
  EXPECT_EQ(put("/api/vhosts/a%2Fb%252F").status, 201u);
  EXPECT_EQ(body_of("/api/vhosts/a%2fb%252F/").at("name"), "a/b%2F");
}

TEST_F(RoutingTest, LiteralWinsOverName) {
  EXPECT_TRUE(body_of("/api/users/without-permissions").is_array());
}

TEST_F(RoutingTest, MalformedTargetIsRefused) {
  for (std::string target : {"", "api", "/api/%4", "/api/%zz", "/api/a b", "/api?x=%f"}) {
    EXPECT_EQ(get(target).status, 400u) << target;
  }
}

TEST_F(RoutingTest, PrefixIsPartOfEveryPath) {
  changeable_config().management.path_prefix = "/rabbit";
  EXPECT_EQ(get("/rabbit/api/vhosts").status, 200u);
  EXPECT_EQ(get("/api/vhosts").status, 404u);
}

TEST_F(RoutingTest, AnswerIsJsonOrNone) {
  headers_ = {{"accept", "text/plain"}};
  EXPECT_EQ(get("/api/vhosts").status, 406u);
  headers_ = {{"accept", "text/html, */*;q=0.1"}};
  EXPECT_EQ(get("/api/vhosts").status, 200u);
}

}  // namespace
}  // namespace coney::management
