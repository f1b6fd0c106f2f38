#pragma once
// Readiness of one socket, by Asio's reactor. Used on the thread that runs `context`.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "broker/shard/shard.h"

namespace coney {

// Destroying the watch while it waits is allowed, also from inside the handler's own call. It does
// not close `fd`.
std::unique_ptr<SocketWatch> make_socket_watch(boost::asio::io_context& context, int fd,
                                               SocketHandler& handler);

}  // namespace coney
