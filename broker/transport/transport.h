#pragma once
// A non-blocking byte stream over one connected socket, plain TCP or TLS. It never waits: whoever
// owns it waits for readiness of fd() and calls again. Used by the one shard that owns the
// connection. Nothing that the peer sends makes a function throw; what went wrong is in IoResult.

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "broker/transport/peer_identity.h"

namespace coney {

enum class IoStatus : std::uint8_t {
  kOk,
  kWantRead,   // wait until fd() is readable, then call the same function again
  kWantWrite,  // wait until fd() is writable, then call the same function again
  kEof,        // the peer has ended its side (read, handshake)
  kError,      // the connection is broken; `error` says why
};

struct IoResult {
  IoStatus status = IoStatus::kOk;
  std::size_t bytes = 0;  // done by this call, whatever the status is
  std::string error;      // kError only: a reason for the log, without secrets
};

class Transport {
 public:
  virtual ~Transport() = default;  // closes fd(): whatever watches it must have let go before

  // TLS: goes on with the handshake; kOk when it is done. TCP: kOk at once.
  // REQUIRES: read and write are called only after kOk.
  virtual IoResult handshake() = 0;

  // Reads at most into.size() bytes. kOk has bytes > 0, all others have none. TLS may answer
  // kWantWrite (a key update is to be sent): then wait for writability before reading again.
  // REQUIRES: `into` is not empty.
  virtual IoResult read(std::span<char> into) = 0;

  // Sends the buffers in order. kOk: `bytes` were taken; when that is not all, call again at once.
  // kWantWrite (TLS also kWantRead): `bytes`, maybe 0, were taken, wait before sending the rest.
  // REQUIRES: after that the next write begins with the bytes that were not taken, and has at
  // least as many (they may lie at another address).
  virtual IoResult write(std::span<const iovec> from) = 0;

  // Bytes that came in are held inside (TLS): read again without waiting, fd() may stay silent.
  virtual bool pending() const = 0;

  // Ends our side in good order after what was written; never waits. What the peer still sends
  // can be read until kEof.
  virtual void shut_down() = 0;

  virtual int fd() const = 0;

  // What TLS tells about the peer and the session, null for TCP and before the handshake is done.
  // Lives as long as the transport.
  virtual const PeerIdentity* peer_identity() const { return nullptr; }
};

}  // namespace coney
