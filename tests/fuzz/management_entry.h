#pragma once
// Requests to the management API, one after the other, against a broker in memory: lines up to a
// byte 0x1e. "PUT /api/vhosts/v", headers as "name: value", an empty line, the body. With '@' in
// front they come over the network and have to log in; else everything is allowed.

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "broker/topology/commands.h"
#include "broker/topology/initial_state.h"
#include "mgmt-ui/api/api.h"
#include "mgmt-ui/api/resources/resources.h"
#include "tests/fuzz/check.h"

namespace coney::fuzz {

class ManagedState final : public management::Services {
 public:
  ManagedState() : state_(nullptr, 1) {
    config_.node_name = config_.cluster_name = "rabbit@fuzz";
    create_defaults(state_, config_.defaults);
    directory_.apply(state_.take_changes());
  }

  const management::Directory& directory() const { return directory_; }

 private:
  const Config& config() const override { return config_; }
  void submit(TopologyCommand command, Then then) override {
    TopologyAnswer answer = execute(state_, command);
    if (answer.refused) state_.rollback();
    amqp::fuzz::check(!state_.commit(), "memory takes every change");
    directory_.apply(state_.take_changes());
    then(std::move(answer));
  }
  void route(const Vhost& vhost, const Exchange& exchange, const RoutedMessage& message,
             std::vector<QueueId>& queues) override {
    directory_.router().route(vhost, exchange, message, queues);
  }

  Config config_;
  TopologyState state_;
  management::Directory directory_;
};

inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

inline management::Request head_of(std::string_view& text) {
  using management::Method;
  management::Request request;
  std::string_view line = take_line(text);
  if (line.starts_with('@')) {
    line.remove_prefix(1);
    request.peer.address = "127.0.0.1";
  } else {
    request.peer.local_user = "fuzz";
  }
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view method = line.substr(0, space);
  request.target = std::string(line.substr(std::min(space + 1, line.size())));
  request.method = method == "PUT"       ? Method::kPut
                   : method == "POST"    ? Method::kPost
                   : method == "DELETE"  ? Method::kDelete
                   : method == "OPTIONS" ? Method::kOptions
                                         : Method::kGet;
  while (true) {
    const std::string_view header = take_line(text);
    const std::size_t colon = header.find(": ");
    if (header.empty() || colon == header.npos) break;
    request.headers.emplace_back(header.substr(0, colon), header.substr(colon + 2));
  }
  return request;
}

inline void check_answer(const management::Answer& answer) {
  using amqp::fuzz::check;
  check(answer.status >= 200 && answer.status < 600, "an answer has a status");
  check(answer.status != 500, "nothing fails inside");
  for (const auto& [name, value] : answer.headers) {
    check(value.find_first_of("\r\n") == value.npos, "a header is one line");
  }
  if (answer.content_type != "application/json") return;
  boost::system::error_code error;
  boost::json::parse(answer.body, error);
  check(!error, "a body is JSON");
}

inline void management(std::string_view input) {
  ManagedState state;
  management::Api api(state.directory(), state, management::all_routes());
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\x1e'), input.size());
    std::string_view text = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    auto admitted = api.admit(head_of(text));
    if (auto* refusal = std::get_if<management::Answer>(&admitted)) {
      check_answer(*refusal);
      continue;
    }
    auto& call = std::get<management::Api::Admitted>(admitted);
    call.call->request.body = std::string(text.substr(0, call.max_body));
    int answers = 0;
    api.carry_out(std::move(call), [&](management::Answer answer) {
      ++answers;
      complete(answer);
      check_answer(answer);
    });
    amqp::fuzz::check(answers == 1, "a request is answered once");
  }
}

}  // namespace coney::fuzz
