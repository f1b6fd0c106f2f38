#pragma once
// OpenSSL's view of a non-blocking socket: as its own socket BIO, but writing to a socket that the
// peer has closed gives EPIPE instead of the signal SIGPIPE.

struct bio_st;

namespace coney {

// Does not own `fd`. Null when out of memory. The result is freed with the SSL it is given to.
bio_st* new_socket_bio(int fd);

}  // namespace coney
