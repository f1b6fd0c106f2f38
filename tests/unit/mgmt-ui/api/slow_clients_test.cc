// Clients that do not read, that send slowly, that say nothing: they cost what is bounded, and
// others are served beside them.

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <charconv>

#include "mgmt-ui/api/http/http_server.h"
#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

class SlowClientsTest : public ApiTest {
 protected:
  static constexpr int kQueues = 4000;  // a list of more than a megabyte

  SlowClientsTest() : server_(*io_, api()) {
    Changes changes;
    for (int n = 0; n < kQueues; ++n) {
      auto record = std::make_shared<QueueRecord>();
      record->vhost = "/";
      record->name = name_of(n);
      changes.push_back(QueuePut{
          .record = record, .id = id_of(n), .settings = std::make_shared<QueueSettings>()});
    }
    directory_.apply(changes);
  }
  ~SlowClientsTest() override { io_.reset(); }  // what runs on it refers to the server

  static std::string name_of(int n) { return "queue-" + std::to_string(100'000 + n); }

  static QueueId id_of(int n) { return {ShardId{0}, static_cast<std::uint32_t>(n), 1}; }

  FileDescriptor connect(const std::string& address = "127.0.0.1") {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    server_.serve(FileDescriptor(ends[1]), Peer{address}, nullptr);
    return FileDescriptor(ends[0]);
  }
  void send(const FileDescriptor& client, std::string_view text) {
    EXPECT_EQ(::send(client.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    turn();
  }
  void send_get(const FileDescriptor& client, const std::string& path,
                std::string_view version = "1.1") {
    send(client, "GET " + path + " HTTP/" + std::string(version) +
                     "\r\nHost: x\r\nAuthorization: " + basic("guest:guest") + "\r\n\r\n");
  }
  void turn() {
    io_->restart();
    io_->run_for(milliseconds(1));
  }
  // Adds what has come; false: the connection has ended.
  bool read_some(const FileDescriptor& client, std::string& to) {
    turn();
    char buffer[65536];
    const ssize_t got = ::recv(client.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) to.append(buffer, static_cast<std::size_t>(got));
    return got != 0 && (got > 0 || errno == EAGAIN);
  }
  // All until `end` has come, or the connection has ended.
  std::string read_until(const FileDescriptor& client, std::string_view end) {
    std::string all;
    const auto patience = std::chrono::steady_clock::now() + seconds(20);
    while (!all.ends_with(end) && std::chrono::steady_clock::now() < patience) {
      if (!read_some(client, all)) break;
    }
    return all;
  }
  bool is_served(const FileDescriptor& client) {
    send_get(client, "/api/whoami");
    return read_until(client, "}").find("200 OK") != std::string::npos;
  }
  bool is_open(const FileDescriptor& client) {
    std::string unwanted;
    for (int n = 0; n != 20; ++n) {
      if (!read_some(client, unwanted)) return false;
    }
    return true;
  }

  // The body of an answer in chunks.
  static std::string unchunked(std::string_view answer) {
    answer.remove_prefix(answer.find("\r\n\r\n") + 4);
    std::string body;
    while (true) {
      std::size_t size = 0;
      const char* const end = answer.data() + answer.find("\r\n");
      std::from_chars(answer.data(), end, size, 16);
      if (size == 0) return body;
      answer.remove_prefix(static_cast<std::size_t>(end - answer.data()) + 2);
      body += answer.substr(0, size);
      answer.remove_prefix(size + 2);
    }
  }

  std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>();
  HttpServer server_;
};

constexpr std::string_view kEnd = "\r\n0\r\n\r\n";

TEST_F(SlowClientsTest, ALongListComesInPiecesAndWhole) {
  const FileDescriptor client = connect();
  send_get(client, "/api/queues?sort=name&sort_reverse=true");
  const std::string answer = read_until(client, kEnd);
  EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos);
  const json::array rows = json::parse(unchunked(answer)).as_array();
  ASSERT_EQ(rows.size(), std::size_t{kQueues});
  EXPECT_EQ(rows.front().at("name"), json::value(name_of(kQueues - 1)));
  EXPECT_EQ(rows.back().at("name"), json::value(name_of(0)));
  EXPECT_TRUE(is_served(client));  // the connection goes on
}

TEST_F(SlowClientsTest, WithoutChunksTheConnectionsEndIsTheLists) {
  const FileDescriptor client = connect();
  send_get(client, "/api/queues", "1.0");
  const std::string answer = read_until(client, "<never>");
  const json::value rows = json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
  EXPECT_EQ(rows.as_array().size(), std::size_t{kQueues});
}

TEST_F(SlowClientsTest, AShortListHasItsLength) {
  const FileDescriptor client = connect();
  send_get(client, "/api/queues?columns=name");
  EXPECT_NE(read_until(client, "]").find("Content-Length: "), std::string::npos);
}

TEST_F(SlowClientsTest, WhatIsGoneByThenIsLeftOut) {
  const FileDescriptor client = connect();
  send_get(client, "/api/queues");
  std::string answer;
  while (answer.size() < 100'000) ASSERT_TRUE(read_some(client, answer));
  Changes changes;
  for (int n = kQueues / 2; n < kQueues; ++n)
    changes.push_back(QueueRemoved{"/", name_of(n), id_of(n)});
  directory_.apply(changes);
  answer += read_until(client, kEnd);
  const json::array rows = json::parse(unchunked(answer)).as_array();
  EXPECT_GE(rows.size(), std::size_t{kQueues / 2});
  EXPECT_LT(rows.size(), std::size_t{kQueues});
}

// Whatever happens while a client takes it.
TEST_F(SlowClientsTest, DefinitionsAreThoseOfOneMoment) {
  Changes bindings;
  for (int n = 0; n < kQueues; ++n) {
    bindings.push_back(BindingPut{std::make_shared<const BindingRecord>(
        BindingRecord{.vhost = "/", .source = "amq.fanout", .destination = name_of(n)})});
  }
  directory_.apply(bindings);
  for (std::string_view path : {"/api/definitions?download=d.json", "/api/definitions/%2F"}) {
    const FileDescriptor client = connect();
    send_get(client, std::string(path));
    std::string answer;
    while (answer.size() < 100'000) ASSERT_TRUE(read_some(client, answer));
    Changes changes;
    auto record = std::make_shared<QueueRecord>(QueueRecord{.vhost = "/", .name = "new"});
    auto binding = std::make_shared<BindingRecord>(
        BindingRecord{.vhost = "/", .source = "amq.fanout", .destination = "new"});
    changes.push_back(QueuePut{
        .record = record, .id = id_of(kQueues), .settings = std::make_shared<QueueSettings>()});
    changes.push_back(BindingPut{binding});
    changes.push_back(QueueRemoved{"/", name_of(kQueues - 1), id_of(kQueues - 1)});
    directory_.apply(changes);
    answer += read_until(client, kEnd);
    const json::value whole = json::parse(unchunked(answer));
    EXPECT_EQ(whole.at("queues").as_array().size(), std::size_t{kQueues});
    EXPECT_EQ(whole.at("bindings").as_array().size(), std::size_t{kQueues});
    EXPECT_EQ(whole.at("queues").as_array().back().at("name"), json::value(name_of(kQueues - 1)));
    EXPECT_EQ(whole.at("bindings").as_array().back().at("destination"),
              json::value(name_of(kQueues - 1)));
    directory_.apply(
        Changes{QueueRemoved{"/", "new", id_of(kQueues)},
                QueuePut{.record = std::make_shared<QueueRecord>(
                             QueueRecord{.vhost = "/", .name = name_of(kQueues - 1)}),
                         .id = id_of(kQueues - 1),
                         .settings = std::make_shared<QueueSettings>()},
                BindingPut{std::make_shared<const BindingRecord>(BindingRecord{
                    .vhost = "/", .source = "amq.fanout", .destination = name_of(kQueues - 1)})}});
  }
}

TEST_F(SlowClientsTest, OthersAreServedBesideThoseWhoDoNotRead) {
  std::vector<FileDescriptor> stuck;
  for (int n = 0; n != 6; ++n) {
    stuck.push_back(connect());
    send_get(stuck.back(), "/api/queues");
  }
  const FileDescriptor other = connect();
  for (int n = 0; n != 3; ++n) EXPECT_TRUE(is_served(other));
  for (const FileDescriptor& each : stuck) {  // and they get theirs once they read
    EXPECT_TRUE(read_until(each, kEnd).ends_with(kEnd));
  }
}

TEST_F(SlowClientsTest, OthersAreServedBesideABodyThatDrips) {
  const FileDescriptor dripping = connect();
  send(dripping, "PUT /api/vhosts/v HTTP/1.1\r\nHost: x\r\nAuthorization: " + basic("guest:guest") +
                     "\r\nContent-Length: 2\r\n\r\n");
  const FileDescriptor other = connect();
  EXPECT_TRUE(is_served(other));
  send(dripping, "{");
  EXPECT_TRUE(is_served(other));
  send(dripping, "}");
  EXPECT_NE(read_until(dripping, "\r\n\r\n").find("201 Created"), std::string::npos);
}

TEST_F(SlowClientsTest, TheOneThatIsQuietForTheLongestMakesRoom) {
  std::vector<FileDescriptor> quiet;
  for (std::size_t n = 0; n != 2 * HttpServer::kMaxPerAddress; ++n) {
    quiet.push_back(connect());
    turn();
  }
  EXPECT_FALSE(is_open(quiet.front()));
  EXPECT_TRUE(is_open(quiet.back()));
  EXPECT_TRUE(is_served(connect()));
  EXPECT_TRUE(is_open(quiet.back()));
}

// ---- what may wait ----

class UnreadAnswersTest : public testing::Test {
 protected:
  static constexpr std::size_t kHalf = UnreadAnswers::kMost / 2;

  UnreadAnswers::Place add(std::size_t bytes, std::string name) {
    return unread_.add(bytes, now_, [this, name] { given_up_.push_back(name); });
  }

  UnreadAnswers unread_;
  UnreadAnswers::Clock::time_point now_{};
  std::vector<std::string> given_up_;
};

TEST_F(UnreadAnswersTest, TheLongestStuckIsGivenUpFirst) {
  add(kHalf, "a");
  const auto b = add(kHalf, "b");
  now_ += seconds(2);
  unread_.progressed(b, now_);
  add(kHalf, "c");
  EXPECT_EQ(given_up_, std::vector<std::string>{"a"});
}

TEST_F(UnreadAnswersTest, WhoTakesSomethingIsNotGivenUpSoon) {
  add(kHalf, "a");
  add(kHalf, "b");
  add(kHalf, "c");
  EXPECT_TRUE(given_up_.empty());
  add(8 * kHalf, "d");  // this is too much whoever it is
  EXPECT_EQ(given_up_.size(), 3u);
}

TEST_F(UnreadAnswersTest, WhoWasGivenUpIsToldOnce) {
  const auto a = add(2 * kHalf, "a");
  now_ += seconds(2);
  add(kHalf, "b");
  add(kHalf, "c");
  EXPECT_EQ(given_up_, std::vector<std::string>{"a"});
  unread_.remove(a);
  EXPECT_EQ(unread_.bytes(), 2 * kHalf);
}

}  // namespace
}  // namespace coney::management
