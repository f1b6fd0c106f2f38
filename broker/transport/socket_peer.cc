#include "broker/transport/socket_peer.h"

#include <poll.h>
#include <sys/ioctl.h>

namespace coney {

bool peer_has_ended(int socket) {
  pollfd watched{.fd = socket, .events = POLLRDHUP, .revents = 0};  // POLLHUP and POLLERR always
  return ::poll(&watched, 1, 0) == 1;
}

bool has_unread_bytes(int socket) {
  int count = 0;
  return ::ioctl(socket, FIONREAD, &count) == 0 && count > 0;
}

}  // namespace coney
