#include "mgmt-ui/api/listing/listing.h"

#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

namespace json = boost::json;

class ListingTest : public testing::Test {
 protected:
  ListingTest() {
    for (std::string name : {"alpha", "Beta", "gamma", "delta", "bet"}) {
      json::object row{{"name", name}, {"size", name.size()}};
      if (name == "gamma") row["stats"] = json::object{{"rate", {{"now", 2.5}}}, {"total", 7}};
      rows_.push_back(std::move(row));
    }
  }
  Answer ask(const std::string& query) {
    Request request;
    request.target = "/x?" + query;
    EXPECT_TRUE(parse_target(request));
    Answer answer = list(request, rows_);
    complete(answer);
    return answer;
  }
  json::value body(const std::string& query) {
    const Answer answer = ask(query);
    EXPECT_EQ(answer.status, 200u) << answer.body;
    return json::parse(answer.body);
  }
  std::string names(const std::string& query) {
    json::value value = body(query);
    const json::array& list = value.is_array() ? value.as_array() : value.at("items").as_array();
    std::string text;
    for (const json::value& row : list) text += std::string(row.at("name").as_string()) + " ";
    return text;
  }
  std::vector<json::object> rows_;
};

TEST_F(ListingTest, WithoutAPageEverythingIsShown) {
  EXPECT_EQ(names(""), "alpha Beta gamma delta bet ");
  EXPECT_EQ(names("name=bet"), "alpha Beta gamma delta bet ") << "the filter is one of pages";
}

TEST_F(ListingTest, PagesAreCounted) {
  const json::value page = body("page=2&page_size=2");
  EXPECT_EQ(page.at("page"), 2);
  EXPECT_EQ(page.at("page_count"), 3);
  EXPECT_EQ(page.at("item_count"), 2);
  EXPECT_EQ(page.at("total_count"), 5);
  EXPECT_EQ(names("page=3&page_size=2"), "bet ");
}

TEST_F(ListingTest, FilterIgnoresCase) {
  EXPECT_EQ(names("page=1&name=BET"), "Beta bet ");
  EXPECT_EQ(names("page=1&name=%5E(a%7Cg)&use_regex=true"), "alpha gamma ");
  EXPECT_EQ(body("page=1&name=(&use_regex=true").at("page_count"), 0);
}

TEST_F(ListingTest, SortsByAnyColumn) {
  EXPECT_EQ(names("sort=name"), "Beta alpha bet delta gamma ");
  EXPECT_EQ(names("sort=name&sort_reverse=true"), "gamma delta bet alpha Beta ");
  EXPECT_EQ(names("sort=size"), "bet Beta alpha gamma delta ");
  EXPECT_EQ(names("sort=stats.rate.now&sort_reverse=true"), "gamma bet delta Beta alpha ");
  EXPECT_EQ(names("sort=nosuch"), "alpha Beta gamma delta bet ");
  EXPECT_EQ(names("sort=size&page=2&page_size=2"), "alpha gamma ");
}

TEST_F(ListingTest, ColumnsAreCutOut) {
  EXPECT_EQ(body("columns=size,stats.rate.now,nosuch").as_array()[2],
            json::parse(R"({"size":5,"stats":{"rate":{"now":2.5}}})"));
  EXPECT_EQ(body("columns=stats.nosuch").as_array()[2], json::object());
}

TEST_F(ListingTest, PagesThatCannotBeAreRefused) {
  EXPECT_EQ(ask("page=9&page_size=2").body,
            R"({"error":"page_out_of_range","reason":)"
            R"("Page out of range, page: 9 page size: 2, len: 5"})");
  for (std::string query : {"page=0", "page=1&page_size=0", "page=1&page_size=501"}) {
    EXPECT_EQ(json::parse(ask(query).body).at("error"), "invalid_pagination_parameters") << query;
  }
  for (std::string query :
       {"page=x", "page=-1", "page=1&page_size=", "page=99999999999999999999"}) {
    EXPECT_EQ(json::parse(ask(query).body).at("reason"), "Pagination parameters are invalid");
  }
}

}  // namespace
}  // namespace coney::management
