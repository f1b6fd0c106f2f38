#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

namespace json = boost::json;

class PolicySimulationApiTest : public ApiTest {
 protected:
  json::value simulate(const std::string& target, std::string body) {
    const Answer answer = post(target, std::move(body));
    EXPECT_EQ(answer.status, 200u) << answer.body;
    return json_of(answer);
  }
};

TEST_F(PolicySimulationApiTest, CountsAndShowsWhatWouldChange) {
  for (const char* name : {"jobs.a", "jobs.b", "other"}) {
    put("/api/queues/%2F/" + std::string(name), "{}");
  }
  put("/api/policies/%2F/old", R"({"pattern":"b$","definition":{"max-length":5},"priority":9})");
  const json::value told = simulate(
      "/api/policies/%2F/new/simulation",
      R"({"pattern":"^jobs","definition":{"max-length":3},"priority":1,"apply-to":"queues"})");
  EXPECT_EQ(told.at("queues").at("fits"), 2);
  EXPECT_EQ(told.at("queues").at("wins"), 1);
  EXPECT_EQ(told.at("queues").at("changed"), 1);
  EXPECT_EQ(told.at("exchanges").at("fits"), 0);
  const json::array& items = told.at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].at("name"), "jobs.a");
  EXPECT_EQ(items[0].at("changes").at(0).at("after").at("value"), 3);
  EXPECT_EQ(items[1].at("name"), "jobs.b");
  EXPECT_EQ(items[1].at("winner").at("name"), "old");
  EXPECT_EQ(items[1].at("winner").at("priority"), 9);
  EXPECT_EQ(get("/api/policies/%2F/new").status, 404u) << "it is not set";
}

TEST_F(PolicySimulationApiTest, TellsWhatADeletionWouldChange) {
  put("/api/queues/%2F/q", "{}");
  put("/api/policies/%2F/p", R"({"pattern":"^q","definition":{"max-length":5}})");
  const json::value told = simulate("/api/policies/%2F/p/simulation", R"({"deleted":true})");
  EXPECT_EQ(told.at("queues").at("changed"), 1);
  EXPECT_TRUE(told.at("items").at(0).at("changes").at(0).at("after").is_null());
  EXPECT_EQ(get("/api/policies/%2F/p").status, 200u);
  EXPECT_EQ(post("/api/policies/%2F/nosuch/simulation", R"({"deleted":true})").status, 404u);
}

TEST_F(PolicySimulationApiTest, ShowsAsManyAsAreAskedFor) {
  for (int i = 0; i != 9; ++i) put("/api/queues/%2F/q" + std::to_string(i), "{}");
  const json::value told =
      simulate("/api/policies/%2F/p/simulation?items=4",
               R"({"pattern":"^q","definition":{"max-length":5},"apply-to":"queues"})");
  EXPECT_EQ(told.at("queues").at("changed"), 9);
  EXPECT_EQ(told.at("items").as_array().size(), 4u);
}

TEST_F(PolicySimulationApiTest, RefusesWhatCouldNotBeSet) {
  EXPECT_EQ(post("/api/policies/%2F/p/simulation", R"({"pattern":"("})").status, 400u);
  EXPECT_EQ(post("/api/policies/%2F/p/simulation", R"({"pattern":"(","definition":{"expires":1}})")
                .status,
            400u);
  EXPECT_EQ(
      post("/api/policies/%2F/p/simulation", R"({"pattern":"","definition":{"bogus":1}})").status,
      400u);
  add_user("reader", {"monitoring"});
  allow("reader", "/");
  as("reader");
  EXPECT_EQ(
      post("/api/policies/%2F/p/simulation", R"({"pattern":"","definition":{"expires":1}})").status,
      401u);
}

}  // namespace
}  // namespace coney::management
