#include <deque>
#include <sstream>

#include "tests/unit/mgmt-ui/cli/cli_fixture.h"

// move_messages against answers of the API in a row.

namespace coney::cli {
namespace {

class Answers final : public NodeLink {
 public:
  Answers(std::deque<std::string>& answers, std::vector<NodeRequest>& asked)
      : answers_(answers), asked_(asked) {}
  Result<NodeReply> send(const NodeRequest& request) override {
    if (request.target == "/api/coney/node") return NodeReply{200, R"({"name": "rabbit@test"})"};
    asked_.push_back(request);
    if (answers_.empty()) return NodeReply{500, "{}"};
    NodeReply reply{200, answers_.front()};
    answers_.pop_front();
    return reply;
  }

 private:
  std::deque<std::string>& answers_;
  std::vector<NodeRequest>& asked_;
};

class MoveMessages : public testing::Test {
 protected:
  Ran move(std::vector<std::string> words) {
    words.insert(words.begin(), "move_messages");
    std::istringstream in;
    std::ostringstream out, err;
    const Surroundings surroundings{.input = in, .output = out, .errors = err, .connect = [this] {
                                      return std::make_unique<Answers>(answers_, asked_);
                                    }};
    const ExitCode code = cli::run("coneyctl", words, surroundings);
    return {code, out.str(), err.str()};
  }
  std::deque<std::string> answers_;
  std::vector<NodeRequest> asked_;
};

TEST_F(MoveMessages, GoesOnUntilAllAreMoved) {
  answers_ = {R"({"matched":20000,"moved":20000,"next":"0-20000","stopped":null})",
              R"({"matched":5,"moved":4,"unroutable":1,"next":null,"stopped":null})"};
  const Ran ran = move({"-q", "-p", "v", "q", "to", "--header", "a=b c", "--regex"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.errors;
  EXPECT_EQ(ran.output, "Moved 20004 of 20005 messages, 1 have no route and stay\n");
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_EQ(asked_[0].target,
            "/api/coney/queues/v/q/move?scan=100000&header=a%3Db%20c&use_regex=true");
  EXPECT_EQ(asked_[1].target, asked_[0].target + "&from=0-20000");
  EXPECT_EQ(asked_[1].body, R"({"destination_queue":"to","count":20000})");
}

TEST_F(MoveMessages, NoMoreThanWasAskedFor) {
  answers_ = {R"({"matched":20000,"moved":20000,"next":"0-20000","stopped":null})",
              R"({"matched":1,"moved":1,"next":"0-20001","stopped":null})"};
  EXPECT_EQ(move({"q", "--exchange", "", "--routing-key", "k", "--count", "20001"}).code,
            ExitCode::kOk);
  ASSERT_EQ(asked_.size(), 2u);
  EXPECT_EQ(asked_[1].body, R"({"exchange":"","routing_key":"k","count":1})");
}

TEST_F(MoveMessages, SaysWhyItEndedEarly) {
  answers_ = {R"({"matched":9,"moved":7,"rejected":2,"next":"0-7","stopped":"rejected"})"};
  const Ran ran = move({"q", "to"});
  EXPECT_EQ(ran.code, ExitCode::kUnavailable);
  EXPECT_NE(ran.errors.find("the destination does not take more: Moved 7 of 9"), std::string::npos)
      << ran.errors;
}

TEST_F(MoveMessages, WantsOneDestination) {
  EXPECT_EQ(move({"q"}).code, ExitCode::kUsage);
  EXPECT_EQ(move({"q", "to", "--exchange", "x"}).code, ExitCode::kUsage);
  EXPECT_EQ(move({"q", "to", "--count", "0"}).code, ExitCode::kUsage);
  EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace coney::cli
