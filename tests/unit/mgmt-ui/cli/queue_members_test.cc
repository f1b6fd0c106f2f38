#include "tests/unit/mgmt-ui/cli/cli_fixture.h"

// quorum_status, stream_status and rabbitmq-plugins against the API; peek against pages that are
// given.

namespace coney::cli {
namespace {

TEST_F(CliTest, QuorumStatusShowsTheOneMember) {
  put("/api/queues/%2F/q", R"({"durable": true, "arguments": {"x-queue-type": "quorum"}})");
  put("/api/queues/%2F/c", R"({"durable": true})");
  const boost::json::value shown =
      boost::json::parse(output_of("rabbitmq-queues quorum_status q --formatter json"));
  const boost::json::array& members = shown.as_array();
  ASSERT_EQ(members.size(), 1u);
  EXPECT_EQ(members[0].at("Node Name"), "rabbit@test");
  EXPECT_EQ(members[0].at("Raft State"), "leader");
  const Ran classic = run("rabbitmq-queues quorum_status c");
  EXPECT_EQ(classic.code, ExitCode::kUnavailable);
  EXPECT_EQ(classic.errors, "Error:\n{:unsupported, :rabbit_classic_queue}\n");
  const Ran none = run("rabbitmq-queues quorum_status nosuch");
  EXPECT_EQ(none.code, ExitCode::kDataError);
  EXPECT_EQ(none.errors, "queue 'nosuch' was not found in virtual host '/'\n");
}

TEST_F(CliTest, StreamStatusShowsTheWriter) {
  put("/api/queues/%2F/s", R"({"durable": true, "arguments": {"x-queue-type": "stream"}})");
  const boost::json::value shown =
      boost::json::parse(output_of("rabbitmq-queues stream_status s --formatter json"));
  const boost::json::array& members = shown.as_array();
  ASSERT_EQ(members.size(), 1u);
  EXPECT_EQ(members[0].at("role"), "writer");
  EXPECT_EQ(members[0].at("node"), "rabbit@test");
  EXPECT_EQ(output_of("rabbitmq-queues stream_status --tracking s --formatter json"), "[]\n");
  EXPECT_EQ(run("rabbitmq-queues stream_status nosuch").code, ExitCode::kDataError);
}

TEST_F(CliTest, PluginsAreThoseThatTheNodeNames) {
  const auto enabled = boost::json::parse(output_of("rabbitmq-plugins list -E --formatter json"));
  const boost::json::value nodes = json_of(get("/api/nodes"));
  boost::json::array names;
  for (const auto& plugin : enabled.at("plugins").as_array()) names.push_back(plugin.at("name"));
  EXPECT_EQ(names, nodes.as_array()[0].at("enabled_plugins").as_array());
  EXPECT_EQ(run("rabbitmq-plugins is_enabled rabbitmq_management").code, ExitCode::kOk);
  EXPECT_EQ(run("rabbitmq-plugins is_enabled rabbitmq_mqtt").code, ExitCode::kUnavailable);
}

// A queue of so many messages; each answer has at most 500.
class BrowsedQueue final : public NodeLink {
 public:
  BrowsedQueue(std::size_t messages, std::vector<std::string>& asked)
      : messages_(messages), asked_(asked) {}

  Result<NodeReply> send(const NodeRequest& request) override {
    asked_.push_back(request.target);
    if (request.target == "/api/coney/node") return NodeReply{200, R"({"name": "rabbit@test"})"};
    if (request.target.find("/nosuch/") != std::string::npos) return NodeReply{404, "{}"};
    const std::size_t limit = number_behind(request.target, "limit=");
    const std::size_t from = number_behind(request.target, "from=0-");
    boost::json::array rows;
    for (std::size_t at = from; at < messages_ && rows.size() < limit; ++at) {
      rows.push_back({{"exchange", "x"},
                      {"routing_key", "k"},
                      {"payload", "message " + std::to_string(at + 1)},
                      {"properties", {{"delivery_mode", 2}, {"headers", {{"h", 1}}}}}});
    }
    const std::size_t end = from + rows.size();
    boost::json::object answer{{"messages", std::move(rows)}, {"next", nullptr}};
    if (end < messages_) answer["next"] = "0-" + std::to_string(end);
    return NodeReply{200, boost::json::serialize(answer)};
  }

 private:
  static std::size_t number_behind(const std::string& text, const std::string& name) {
    const std::size_t at = text.find(name);
    return at == text.npos ? 0 : std::stoul(text.substr(at + name.size()));
  }
  const std::size_t messages_;
  std::vector<std::string>& asked_;
};

class Peek : public testing::Test {
 protected:
  Ran peek(std::vector<std::string> words) {
    words.insert(words.begin(), "peek");
    std::istringstream in;
    std::ostringstream out, err;
    const Surroundings surroundings{.input = in, .output = out, .errors = err, .connect = [this] {
                                      return std::make_unique<BrowsedQueue>(1'200, asked_);
                                    }};
    const ExitCode code = cli::run("rabbitmq-queues", words, surroundings);
    return {code, out.str(), err.str()};
  }
  std::vector<std::string> asked_;
};

TEST_F(Peek, ShowsTheMessageAtThePosition) {
  for (const std::string position : {"1", "2", "500", "501", "1000", "1200"}) {
    const Ran ran = peek({"q", position, "--formatter", "json", "-p", "v"});
    ASSERT_EQ(ran.code, ExitCode::kOk) << ran.errors;
    boost::json::object shown;
    const boost::json::value rows = boost::json::parse(ran.output);
    for (const auto& row : rows.as_array()) {
      shown[row.at("keys").as_string()] = row.at("values");
    }
    EXPECT_EQ(shown["payload (max 64 bytes)"], boost::json::string("message " + position));
    EXPECT_EQ(shown["routing_keys"], "k");
    EXPECT_EQ(shown["delivery_mode"], "2");
    EXPECT_EQ(shown["header.h"], "1");
  }
  EXPECT_NE(asked_.back().find("/api/coney/queues/v/q/browse?"), std::string::npos);
}

TEST_F(Peek, SaysThatThereIsNone) {
  EXPECT_EQ(peek({"q", "1201"}).code, ExitCode::kUnavailable);
  EXPECT_EQ(peek({"q", "100000"}).code, ExitCode::kUnavailable);
  EXPECT_EQ(peek({"nosuch", "1"}).code, ExitCode::kDataError);
  for (const std::string wrong : {"0", "-1", "first"}) {
    EXPECT_EQ(peek({"q", wrong}).code, ExitCode::kUsage) << wrong;
  }
}

}  // namespace
}  // namespace coney::cli
