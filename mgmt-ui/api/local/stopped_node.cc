#include "mgmt-ui/api/local/stopped_node.h"

#include <signal.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "broker/log/log.h"
#include "broker/server/server.h"
#include "mgmt-ui/api/http/http_server.h"
#include "mgmt-ui/api/local/local_door.h"
#include "mgmt-ui/api/resources/resources.h"
#include "persistence/data_directory.h"

namespace coney::management {
namespace {

namespace asio = boost::asio;
using log::Category;

constexpr std::chrono::milliseconds kSignalCheck{100};

RouteTable routes() {
  RouteTable table;
  add_coney_node(table);
  add_node_life(table);
  return table;
}

}  // namespace

class StoppedNode::State final : private Services {
 public:
  State(const Config& config, LocalDoor& door, std::string start_failure)
      : config_(config),
        door_(door),
        start_failure_(std::move(start_failure)),
        io_(std::make_unique<asio::io_context>(1)),
        api_(directory_, *this, routes()),
        http_(*io_, api_) {
    auto data = DataDirectory::open(config.data_dir);
    if (data) {
      data_.emplace(std::move(*data));
    } else {
      log::error(Category::kStorage, "{}", data.error().message);
    }
  }
  ~State() override {
    door_.release();
    io_.reset();  // what runs on it refers to the rest
  }

  Next wait() {
    if (auto failure = open_door()) log::error(Category::kDefault, "{}", *failure);
    const auto work = asio::make_work_guard(*io_);
    while (!starting_ && !ending_) {
      io_->restart();
      io_->run_for(kSignalCheck);
      const int signal = wait_for_signal(std::chrono::milliseconds(0));
      if (signal == SIGTERM || signal == SIGINT) return Next::kEnd;
      if (signal == SIGHUP) log::reopen();
    }
    io_->restart();
    io_->poll();  // the answer goes out
    return ending_ ? Next::kEnd : Next::kStart;
  }

 private:
  std::optional<std::string> open_door() {
    return door_.open([this](FileDescriptor socket, Peer peer) {
      auto held = std::make_shared<FileDescriptor>(std::move(socket));
      asio::post(*io_, [this, held, peer = std::move(peer)] {
        http_.serve(std::move(*held), peer, nullptr);
      });
    });
  }

  const Config& config() const override { return config_; }
  void submit(TopologyCommand, Then) override {}  // none of the paths does
  App app() const override { return starting_ ? App::kStarting : App::kStopped; }
  std::string start_failure() const override { return start_failure_; }
  void stop_node() override {
    ending_ = true;
    io_->stop();
  }
  void start_app() override {
    start_failure_.clear();
    starting_ = true;
    io_->stop();
  }
  std::optional<std::string> reset() override {
    if (!data_) return "the data directory is not this node's";
    auto cleared = data_->clear();
    if (!cleared) return cleared.error().message;
    return std::nullopt;
  }

  const Config& config_;
  LocalDoor& door_;
  std::string start_failure_;
  bool starting_ = false, ending_ = false;
  std::optional<DataDirectory> data_;
  std::unique_ptr<asio::io_context> io_;
  Directory directory_;
  Api api_;
  HttpServer http_;
};

StoppedNode::StoppedNode(const Config& config, LocalDoor& door, std::string start_failure)
    : state_(std::make_unique<State>(config, door, std::move(start_failure))) {}
StoppedNode::~StoppedNode() = default;

StoppedNode::Next StoppedNode::wait() {
  return state_->wait();
}

}  // namespace coney::management
