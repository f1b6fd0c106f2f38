#pragma once
// amqp://user:password@host:port/vhost with percent encoding. Throws Failure.

#include <string>
#include <string_view>

namespace bench {

struct Uri {
  std::string user = "guest";
  std::string password = "guest";
  std::string host = "localhost";
  std::string port = "5672";
  std::string vhost = "/";
};

// As RabbitMQ reads it: without a path the vhost is "/", with an empty path ("amqp://host/") too,
// because that is what people mean when they write it.
Uri parse_uri(std::string_view text);

}  // namespace bench
