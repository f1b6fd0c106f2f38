#include <gmock/gmock.h>

#include "mgmt-ui/api/http/request.h"
#include "tests/unit/mgmt-ui/cli/cli_fixture.h"

// Commands that are one request: declaring over the API, and what others ask for.

namespace coney::cli {
namespace {

using testing::HasSubstr;

TEST_F(CliTest, DeclaresWhatIsAskedFor) {
  output_of("coneyctl declare_queue orders --durable --arguments {\"x-max-length\":10}");
  output_of("coneyctl declare_exchange shop topic --durable");
  output_of("coneyctl declare_exchange all fanout");
  output_of("coneyctl bind_queue shop orders --routing-key order.#");
  output_of("coneyctl bind_exchange shop all");
  const auto queue = body_of("/api/queues/%2F/orders");
  EXPECT_EQ(queue.at("durable"), boost::json::value(true));
  EXPECT_EQ(queue.at("arguments").at("x-max-length"), boost::json::value(10));
  EXPECT_EQ(body_of("/api/exchanges/%2F/shop").at("type"), boost::json::value("topic"));
  EXPECT_EQ(body_of("/api/bindings/%2F/e/shop/q/orders").at(0).at("routing_key"),
            boost::json::value("order.#"));
  EXPECT_EQ(body_of("/api/bindings/%2F/e/shop/e/all").as_array().size(), 1u);
  output_of("coneyctl unbind_queue shop orders order.%23");
  output_of("coneyctl unbind_exchange shop all ~");
  EXPECT_TRUE(body_of("/api/bindings/%2F/e/shop/q/orders").as_array().empty());
  EXPECT_TRUE(body_of("/api/bindings/%2F/e/shop/e/all").as_array().empty());
  output_of("coneyctl delete_exchange shop");
  EXPECT_EQ(get("/api/exchanges/%2F/shop").status, 404u);
}

TEST_F(CliTest, WhatCannotBeSentIsRefusedBefore) {
  EXPECT_THAT(run("coneyctl declare_queue q --arguments {oops").errors,
              HasSubstr("has to be JSON"));
  EXPECT_THAT(run("coneyctl get_messages q --count many").errors,
              HasSubstr("count has to be a whole number"));
  EXPECT_EQ(get("/api/queues/%2F/q").status, 404u);
  EXPECT_EQ(run("coneyctl declare_exchange e topic --type fanout").code, ExitCode::kUsage);
  EXPECT_NE(run("coneyctl pause_queue nosuch").code, ExitCode::kOk);
}

// Notes what is asked for, and answers all of it alike.
class NotedLink final : public NodeLink {
 public:
  NotedLink(std::vector<std::string>& noted, std::string answer)
      : noted_(noted), answer_(std::move(answer)) {}
  Result<NodeReply> send(const NodeRequest& request) override {
    noted_.push_back(std::string(request.method) + " " + request.target + " " + request.body);
    return NodeReply{200, answer_};
  }

 private:
  std::vector<std::string>& noted_;
  const std::string answer_;
};

class HttpActionTest : public testing::Test {
 protected:
  // The request that the command comes to.
  std::string request_of(std::vector<std::string> words) {
    std::vector<std::string> noted;
    std::istringstream in;
    std::ostringstream out, err;
    const Surroundings surroundings{.input = in, .output = out, .errors = err, .connect = [&] {
                                      return std::make_unique<NotedLink>(noted, answer_);
                                    }};
    EXPECT_EQ(run("coneyctl", words, surroundings), ExitCode::kOk) << err.str();
    output_ = out.str();
    return noted.empty() ? "" : noted.back();
  }

  std::string answer_ = "{}";
  std::string output_;
};

TEST_F(HttpActionTest, OptionsAndArgumentsGoWhereTheRequestHasThem) {
  EXPECT_EQ(request_of({"pause_queue", "-p", "a/b", "q 1"}),
            "POST /api/coney/queues/a%2Fb/q%201/pause ");
  EXPECT_EQ(request_of({"resume_queue", "q"}), "POST /api/coney/queues/%2F/q/resume ");
  EXPECT_EQ(request_of({"purge_queue", "q", "--count", "7"}),
            "DELETE /api/queues/%2F/q/contents?count=7 ");
  EXPECT_EQ(
      request_of({"browse_messages", "q", "--routing-key", "a&b", "--use-regex", "--limit", "5",
                  "--min-age=60"}),
      "GET /api/coney/queues/%2F/q/browse?routing_key=a%26b&use_regex=true&min_age=60&limit=5 ");
  EXPECT_EQ(request_of({"delete_messages", "q", "--header", "h=1", "--preview"}),
            "DELETE /api/coney/queues/%2F/q/messages?header=h%3D1&preview=true ");
  EXPECT_EQ(request_of({"get_messages", "q", "--count", "2"}),
            "POST /api/queues/%2F/q/get "
            R"({"count":2,"ackmode":"ack_requeue_true","encoding":"auto"})");
  EXPECT_EQ(request_of({"publish_message", "amq.default", "q", "{}", "--properties",
                        R"({"delivery_mode":2})"}),
            "POST /api/exchanges/%2F/amq.default/publish "
            R"({"routing_key":"q","payload":"{}","payload_encoding":"string","properties":)"
            R"({"delivery_mode":2}})");
  EXPECT_EQ(request_of({"cancel_consumer", "q", "tag"}), "DELETE /api/consumers/%2F/q/tag ");
}

TEST_F(HttpActionTest, AnswersAreShownAsTheyCame) {
  answer_ = R"({"messages":[{"a":1},{"a":2}],"next":null})";
  request_of({"browse_messages", "q", "--silent"});
  EXPECT_EQ(output_, "messages: \n{\"a\":1}\n{\"a\":2}\nnext: null\n");
  request_of({"browse_messages", "q", "--formatter", "json"});
  EXPECT_EQ(boost::json::parse(output_), boost::json::parse(answer_));
}

}  // namespace
}  // namespace coney::cli
