#pragma once
// What a connected socket knows of its peer while nothing is read from it.

namespace coney {

// The peer has ended its side, or the connection is broken. Also while there are unread bytes.
bool peer_has_ended(int socket);
bool has_unread_bytes(int socket);

}  // namespace coney
