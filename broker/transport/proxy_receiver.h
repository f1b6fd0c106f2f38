#pragma once
// Takes the PROXY protocol header off a fresh connection, and not a byte more, so that the AMQP or
// TLS bytes behind it stay in the socket for the transport. Used by the shard of the connection.

#include <string>

#include "broker/transport/proxy_protocol.h"
#include "broker/transport/transport.h"

namespace coney {

class ProxyReceiver {
 public:
  // kOk: header() is complete. kWantRead: wait until `fd` is readable and call again. kEof, kError:
  // close the connection. REQUIRES: `fd` is non-blocking and stays the same.
  IoResult receive(int fd);

  const ProxyHeader& header() const { return header_; }

 private:
  IoResult take(int fd, std::size_t known, const ProxyRead& read);

  std::string bytes_;  // of the header so far
  ProxyHeader header_;
};

}  // namespace coney
