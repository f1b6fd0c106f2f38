#include <fstream>
#include <iterator>

#include "tests/unit/mgmt-ui/api/api_fixture.h"

// mgmt-ui/api/openapi.json against the server: all endpoints are in it and no others, and they
// answer as it says.

namespace coney::management {
namespace {

namespace json = boost::json;

struct NamedMethod {
  Method method;
  const char* name;
};
constexpr NamedMethod kMethods[] = {{Method::kGet, "get"},
                                    {Method::kPut, "put"},
                                    {Method::kPost, "post"},
                                    {Method::kDelete, "delete"}};

class OpenApiTest : public ApiTest {
 protected:
  OpenApiTest() {
    std::ifstream file(std::string(CONEY_SOURCE_DIR) + "/mgmt-ui/api/openapi.json");
    document_ = json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }

  static std::string path_of(const Route& route) {
    std::string path;
    for (std::string_view segment : route.pattern) path.append("/").append(segment);
    return path.empty() ? "/" : path;
  }

  // With a value in place of each name.
  static std::string target_of(const Route& route) {
    std::string path;
    for (std::string_view segment : route.pattern) {
      path.append("/").append(segment.starts_with('{') ? "x" : segment);
    }
    return path.empty() ? "/" : path;
  }

  const json::object& paths() const { return document_.at("paths").as_object(); }

  json::value document_;
};

TEST_F(OpenApiTest, DescribesEveryEndpointAndNoOther) {
  std::size_t described = 0, served = 0;
  for (const Route& route : api().routes().all()) {
    const json::value* item = paths().if_contains(path_of(route));
    ASSERT_TRUE(item) << path_of(route);
    for (const Operation& operation : route.operations) {
      const auto* named = std::ranges::find(kMethods, operation.method, &NamedMethod::method);
      EXPECT_TRUE(item->as_object().contains(named->name)) << named->name << " " << path_of(route);
      ++served;
    }
  }
  for (const auto& [path, item] : paths()) {
    for (const NamedMethod& method : kMethods) described += item.as_object().contains(method.name);
  }
  EXPECT_EQ(described, served);
}

TEST_F(OpenApiTest, NamesInPathsAreParameters) {
  for (const Route& route : api().routes().all()) {
    const auto names = std::ranges::count_if(
        route.pattern, [](std::string_view segment) { return segment.starts_with('{'); });
    const json::value* item = paths().if_contains(path_of(route));
    ASSERT_TRUE(item) << path_of(route);
    const json::value* parameters = item->as_object().if_contains("parameters");
    EXPECT_EQ(parameters ? parameters->as_array().size() : 0, static_cast<std::size_t>(names));
  }
}

TEST_F(OpenApiTest, EndpointsAnswerAsDescribed) {
  for (const Route& route : api().routes().all()) {
    for (const Operation& operation : route.operations) {
      const auto* named = std::ranges::find(kMethods, operation.method, &NamedMethod::method);
      SCOPED_TRACE(std::string(named->name) + " " + path_of(route));
      const json::value& described = paths().at(path_of(route)).at(named->name);
      const Answer answer =
          request(operation.method, target_of(route), operation.method == Method::kGet ? "" : "{}");
      const json::value* response =
          described.at("responses").as_object().if_contains(std::to_string(answer.status));
      ASSERT_TRUE(response) << answer.status << " " << answer.body;
      if (answer.status != 200) continue;
      const json::value* content = response->as_object().if_contains("content");
      if (content) {
        EXPECT_TRUE(content->as_object().contains(answer.content_type));
      }
      EXPECT_EQ(described.as_object().contains("security"), operation.need == Need::kNothing);
    }
  }
}

TEST_F(OpenApiTest, WithoutCredentialsNothingSecuredIsAnswered) {
  as_nobody();
  for (const Route& route : api().routes().all()) {
    for (const Operation& operation : route.operations) {
      if (operation.need == Need::kNothing) continue;
      EXPECT_EQ(request(operation.method, target_of(route), "{}").status, 401u) << path_of(route);
    }
  }
}

}  // namespace
}  // namespace coney::management
