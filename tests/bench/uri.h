#pragma once
// amqp://user:password@host:port/vhost with percent encoding, amqps:// for TLS. Throws Failure.

#include <string>
#include <string_view>

namespace bench {

struct Uri {
  std::string user = "guest";
  std::string password = "guest";
  std::string host = "localhost";
  std::string port = "5672";  // amqps: 5671
  std::string vhost = "/";
  bool tls = false;
  std::string ca_file;  // of --cacert, which is no part of the text; empty: nothing is verified
};

// As RabbitMQ reads it: without a path the vhost is "/", with an empty path ("amqp://host/") too,
// because that is what people mean when they write it.
Uri parse_uri(std::string_view text);

}  // namespace bench
