#include "tests/unit/mgmt-ui/cli/cli_fixture.h"

namespace coney::cli {

using management::Method;

class CliTest::Link final : public NodeLink {
 public:
  explicit Link(CliTest& test) : test_(test) {}

  Result<NodeReply> send(const NodeRequest& request) override {
    test_.headers_ = request.headers;
    auto answer = test_.request(method_of(request.method), request.target, request.body);
    test_.headers_.clear();
    return NodeReply{answer.status, std::move(answer.body)};
  }

 private:
  static Method method_of(std::string_view name) {
    if (name == "PUT") return Method::kPut;
    if (name == "POST") return Method::kPost;
    return name == "DELETE" ? Method::kDelete : Method::kGet;
  }

  CliTest& test_;
};

Ran CliTest::run(const std::string& line, const std::string& input) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return run_words(std::move(words), input);
}

Ran CliTest::run_words(std::vector<std::string> words, const std::string& input) {
  std::istringstream in(input);
  std::ostringstream out, err;
  const std::string program = words.empty() ? "" : words.front();
  if (!words.empty()) words.erase(words.begin());
  const Surroundings surroundings{.input = in, .output = out, .errors = err, .connect = [this] {
                                    return std::make_unique<Link>(*this);
                                  }};
  const ExitCode code = cli::run(program, words, surroundings);
  return {code, out.str(), err.str()};
}

std::string CliTest::output_of(const std::string& line) {
  const Ran ran = run(line + " --quiet");
  EXPECT_EQ(ran.code, ExitCode::kOk) << line << ": " << ran.errors;
  return ran.output;
}

}  // namespace coney::cli
