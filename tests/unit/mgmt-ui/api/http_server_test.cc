#include "mgmt-ui/api/http/http_server.h"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>

#include "tests/unit/mgmt-ui/api/api_fixture.h"

namespace coney::management {
namespace {

// One connection over a pair of sockets; the server's loop runs while the client waits.
class HttpServerTest : public ApiTest {
 protected:
  HttpServerTest() : server_(*io_, api()) { connect(); }

  void connect() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    client_.reset(ends[0]);
    server_.serve(FileDescriptor(ends[1]), Peer{"127.0.0.1"}, nullptr);
  }

  ~HttpServerTest() override { io_.reset(); }  // what runs on it refers to the server

  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent =
          ::send(client_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && errno != EAGAIN) return;
      io_->poll();
    }
  }

  // All that comes until `text` has come so often, or the connection has ended.
  std::string receive(std::string_view text, int times = 1) {
    std::string all;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (count(all, text) < times && std::chrono::steady_clock::now() < patience) {
      io_->restart();
      io_->run_for(std::chrono::milliseconds(1));
      char buffer[65536];
      const ssize_t got = ::recv(client_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (got == 0) return all + "<end>";
      if (got > 0) all.append(buffer, static_cast<std::size_t>(got));
    }
    return all;
  }

  static int count(std::string_view in, std::string_view what) {
    int found = 0;
    for (std::size_t at = 0; (at = in.find(what, at)) != in.npos; at += what.size()) ++found;
    return found;
  }

  static std::string head(std::string_view line, std::string_view more = "") {
    return std::string(line) + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + basic("guest:guest") +
           "\r\n" + std::string(more) + "\r\n";
  }

  FileDescriptor client_;
  std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>();
  HttpServer server_;
};

TEST_F(HttpServerTest, ConnectionServesManyRequests) {
  for (int n = 0; n < 3; ++n) {
    send(head("GET /api/whoami"));
    EXPECT_NE(receive("is_internal_user").find("200 OK"), std::string::npos);
  }
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  send(head("GET /api/whoami") + head("GET /api/nosuch") + head("GET /api/whoami"));
  const std::string all = receive("is_internal_user", 2);
  EXPECT_LT(all.find("200 OK"), all.find("404 Not Found"));
  EXPECT_LT(all.find("404 Not Found"), all.rfind("200 OK"));
}

TEST_F(HttpServerTest, HeadHasTheLengthAlone) {
  send(head("HEAD /api/whoami") + head("GET /api/version"));
  const std::string all = receive("4.3.6");
  EXPECT_EQ(count(all, "is_internal_user"), 0);
  EXPECT_EQ(count(all, "HTTP/1.1 200 OK"), 2);
}

TEST_F(HttpServerTest, AnyCutOfTheBytesIsTheSameRequest) {
  const std::string request =
      head("PUT /api/vhosts/v", "Content-Length: 19\r\n") + R"({"description":"d"})";
  for (char c : request) send({&c, 1});
  EXPECT_NE(receive("\r\n\r\n").find("201 Created"), std::string::npos);
}

TEST_F(HttpServerTest, ChunkedBodyIsABody) {
  send(head("PUT /api/vhosts/v", "Transfer-Encoding: chunked\r\n") +
       "5\r\n{\"des\r\n9\r\ncription\"\r\n5\r\n:\"d\"}\r\n0\r\n\r\n");
  EXPECT_NE(receive("\r\n\r\n").find("201 Created"), std::string::npos);
  EXPECT_EQ(body_of("/api/vhosts/v").at("description"), "d");
}

TEST_F(HttpServerTest, ClientWhoAsksFirstIsToldToGoOn) {
  send(head("PUT /api/vhosts/v", "Content-Length: 2\r\nExpect: 100-continue\r\n"));
  EXPECT_NE(receive("\r\n\r\n").find("100 Continue"), std::string::npos);
  send("{}");
  EXPECT_NE(receive("\r\n\r\n").find("201 Created"), std::string::npos);
}

TEST_F(HttpServerTest, BodyOfAStrangerIsNotTaken) {
  send("POST /api/definitions HTTP/1.1\r\nHost: x\r\nContent-Length: 400000000\r\n\r\n");
  const std::string answer = receive("<end>");
  EXPECT_NE(answer.find("401 Unauthorized"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("<end>"));
}

TEST_F(HttpServerTest, BodyThatIsTooLongIsRefused) {
  send(head("PUT /api/vhosts/v", "Content-Length: 400000000\r\n"));
  EXPECT_NE(receive("<end>").find("413 "), std::string::npos);
}

TEST_F(HttpServerTest, ChunkedBodyThatIsTooLongIsRefused) {
  send(head("PUT /api/vhosts/v", "Transfer-Encoding: chunked\r\n"));
  const std::string chunk = "40000\r\n" + std::string(0x40000, 'x') + "\r\n";
  for (int n = 0; n < 8; ++n) send(chunk);
  EXPECT_NE(receive("<end>").find("413 "), std::string::npos);
}

TEST_F(HttpServerTest, BodyThatIsNoneIsRefusedAndNothingIsDone) {
  for (const std::string& chunk : {std::string("zz\r\n"), "5;" + std::string(200'000, 'x')}) {
    connect();
    send(head("PUT /api/vhosts/v", "Transfer-Encoding: chunked\r\n") + chunk);
    const std::string answer = receive("<end>");
    EXPECT_NE(answer.find("400 "), std::string::npos);
    EXPECT_TRUE(answer.ends_with("<end>"));
  }
  EXPECT_FALSE(directory_.find_vhost("v"));
}

TEST_F(HttpServerTest, BodyThatIsCutOffIsNotUsed) {
  send(head("PUT /api/vhosts/v", "Content-Length: 19\r\n") + R"({"description":)");
  ::shutdown(client_.get(), SHUT_WR);
  EXPECT_EQ(receive("<end>"), "<end>");
  EXPECT_FALSE(directory_.find_vhost("v"));
}

TEST_F(HttpServerTest, HeadThatIsTooLongIsRefused) {
  send("GET /api/whoami HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  EXPECT_NE(receive("<end>").find("431 "), std::string::npos);
}

TEST_F(HttpServerTest, GarbageEndsTheConnection) {
  send("\x16\x03\x01 garbage\r\n\r\n");
  EXPECT_TRUE(receive("<end>").ends_with("<end>"));
}

TEST_F(HttpServerTest, EventsComeAsTheyHappen) {
  send(head("GET /api/events"));
  EXPECT_NE(receive("\r\n\r\n").find("text/event-stream"), std::string::npos);
  put("/api/vhosts/v");
  EXPECT_NE(receive("event: vhost.put").find(R"(data: {"name":"v"})"), std::string::npos);
  for (int n = 0; n < 3'000; ++n)
    put("/api/global-parameters/" + std::string(200, 'x'), R"({"value":1})");
  EXPECT_NE(receive("events.left_out").find("global_parameter.set"), std::string::npos);
}

TEST_F(HttpServerTest, UserContentBreaksNoHeader) {
  send(head("POST /api/bindings/%2F/e/amq.direct/q/q%0D%0Ax:%20y",
            "Content-Length: 2\r\nOrigin: http://x\r\n") +
       "{}");
  EXPECT_EQ(count(receive("}"), "\r\nx: y"), 0);
}

}  // namespace
}  // namespace coney::management
