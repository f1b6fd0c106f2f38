#include "mgmt-ui/api/assets/asset_answer.h"

#include <gmock/gmock.h>

#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Asset kAssets[] = {
    {"index.html", "text/html; charset=utf-8", "sum1", "plain page", "gzip page", "brotli page"},
    {"assets/a.js", "text/javascript", "sum2", "plain script", "gzip script", "brotli script"},
};

std::string header_of(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return "";
}

Answer ask(const Asset& asset, std::vector<std::pair<std::string, std::string>> headers = {}) {
  Request request;
  request.headers = std::move(headers);
  return asset_answer(request, asset);
}

TEST(AssetAnswer, AreFoundByPath) {
  EXPECT_EQ(find_asset(kAssets, "assets/a.js"), &kAssets[1]);
  EXPECT_EQ(find_asset(kAssets, "assets/b.js"), nullptr);
}

TEST(AssetAnswer, GivesTheFormThatTheClientTakes) {
  EXPECT_EQ(ask(kAssets[0]).body, "plain page");
  EXPECT_EQ(header_of(ask(kAssets[0]), "content-encoding"), "");
  EXPECT_EQ(ask(kAssets[0], {{"accept-encoding", "gzip, deflate"}}).body, "gzip page");
  const Answer brotli = ask(kAssets[0], {{"accept-encoding", "gzip, deflate, br"}});
  EXPECT_EQ(brotli.body, "brotli page");
  EXPECT_EQ(header_of(brotli, "content-encoding"), "br");
  EXPECT_EQ(brotli.content_type, "text/html; charset=utf-8");
}

TEST(AssetAnswer, GivesNoFormThatTheClientRefuses) {
  EXPECT_EQ(ask(kAssets[0], {{"accept-encoding", "br;q=0, gzip;q=0.5"}}).body, "gzip page");
  EXPECT_EQ(ask(kAssets[0], {{"accept-encoding", "br;q=0.0, gzip;q=0"}}).body, "plain page");
  EXPECT_EQ(ask(kAssets[0], {{"accept-encoding", "brr,,;"}}).body, "plain page");
}

TEST(AssetAnswer, IsNotSentTwice) {
  const std::string tag = header_of(ask(kAssets[0]), "etag");
  EXPECT_EQ(tag, "\"sum1\"");
  for (const std::string& known : {tag, "\"other\", " + tag, "W/" + tag, std::string("*")}) {
    const Answer answer = ask(kAssets[0], {{"if-none-match", known}});
    EXPECT_EQ(answer.status, 304u) << known;
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(header_of(answer, "etag"), tag);
  }
  EXPECT_EQ(ask(kAssets[0], {{"if-none-match", "\"sum2\""}}).status, 200u);
  // Another form is another body.
  EXPECT_EQ(ask(kAssets[0], {{"if-none-match", tag}, {"accept-encoding", "br"}}).status, 200u);
}

TEST(AssetAnswer, KeepsFilesForGoodAndAsksForThePage) {
  EXPECT_EQ(header_of(ask(kAssets[0]), "cache-control"), "no-cache");
  EXPECT_THAT(header_of(ask(kAssets[1]), "cache-control"), HasSubstr("immutable"));
}

TEST(AssetAnswer, AllowsNothingFromElsewhere) {
  const std::string policy = header_of(ask(kAssets[0]), "content-security-policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

class DashboardTest : public ApiTest {};

TEST_F(DashboardTest, IsServedToEverybody) {
  as_nobody();
  const Answer answer = get("/");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_THAT(answer.content_type, HasSubstr("text/html"));
  EXPECT_EQ(header_of(answer, "x-content-type-options"), "nosniff");
  EXPECT_EQ(get("/assets/nosuch.js").status, 404u);
  EXPECT_EQ(post("/").status, 405u);
}

TEST_F(DashboardTest, HasItsSlashBelowAPrefix) {
  changeable_config().management.path_prefix = "/broker";
  const Answer answer = get("/broker");
  EXPECT_EQ(answer.status, 301u);
  EXPECT_EQ(header_of(answer, "location"), "/broker/");
  EXPECT_EQ(get("/broker/").status, 200u);
}

TEST_F(DashboardTest, SaysWhatTheCallerMayDo) {
  add_user("reader", {"management"});
  execute_now(SetPermissions{{"reader", "/", "", "", "^r"}});
  as("reader");
  const auto rows = body_of("/api/whoami/permissions");
  EXPECT_EQ(rows, boost::json::parse(
                      R"([{"user":"reader","vhost":"/","configure":"","write":"","read":"^r"}])"));
}

TEST_F(DashboardTest, IsNotMetWithTheBrowsersOwnDialog) {
  as_nobody();
  headers_ = {{"x-requested-with", "XMLHttpRequest"}};
  const Answer answer = get("/api/whoami");
  EXPECT_EQ(answer.status, 401u);
  EXPECT_EQ(header_of(answer, "www-authenticate"), "");
}

}  // namespace
}  // namespace coney::management
