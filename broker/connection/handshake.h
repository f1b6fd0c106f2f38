#pragma once
// Everything between a connection's first byte and connection.open-ok (spec 1.4, 2.2.4): protocol
// header, login, tuning, the way into a vhost. Without socket and clock: bytes and methods come in,
// frames and an outcome go out. Faults are answered with a proper connection.close throughout,
// except a refused login of a client that does not expect one. Used by the connection's shard.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/field.h"
#include "broker/auth/sasl.h"
#include "broker/error.h"
#include "broker/ids.h"

namespace amqp {
struct ConnectionStartOk;
class Table;
}  // namespace amqp

namespace coney {

class Catalog;
class ConnectionLimits;
class LiveSettings;
struct Config;
struct ConnectionIdentity;
struct PeerIdentity;

// What is to be done after the bytes in `out`, which are to be sent in every case.
struct HandshakeOutcome {
  enum class Next : std::uint8_t {
    kMore,            // goes on with the next method
    kOpen,            // open-ok is in `out`, the identity is complete
    kCloseWithError,  // send connection.close with `error` and `method`, wait for close-ok
    kDrop,            // log `reason`, close the socket; after a while when a login was refused
  };
  Next next = Next::kMore;
  ProtocolError error;
  amqp::MethodId method;
  std::string reason;  // of kDrop
};

class Handshake {
 public:
  // Everything but `cluster_name` must outlive the handshake. `tls_peer` is null without TLS.
  struct Environment {
    const Config& config;
    const Catalog& catalog;
    ConnectionLimits& limits;
    const LiveSettings& live;
    const PeerIdentity* tls_peer = nullptr;
    std::string cluster_name;
  };

  // `identity` has the addresses and the name already; the rest is filled in on the way.
  Handshake(Environment environment, ConnectionIdentity& identity);

  // REQUIRES: the first 8 bytes that the client sent, once.
  HandshakeOutcome on_protocol_header(std::string_view header, std::string& out);
  // The payload of a method frame. REQUIRES: the header was taken, and every outcome was kMore.
  HandshakeOutcome on_method(ChannelNumber channel, std::string_view payload, std::string& out);

  // The largest payload of a frame that the client may send now.
  std::uint32_t max_payload() const;
  // Since kOpen the connection counts against the limits of node, user and vhost; whoever closes
  // it calls release_counts().
  static void release_counts(ConnectionLimits& limits, const ConnectionIdentity& identity);

 private:
  enum class State : std::uint8_t { kStarting, kSecuring, kTuning, kOpening };

  std::string_view state_name() const;
  bool offers(SaslMechanism mechanism) const;
  std::string offered_mechanisms() const;
  void send_start(std::string& out) const;
  void send_tune(std::string& out);

  HandshakeOutcome on_start_ok(std::string_view arguments, std::string& out);
  HandshakeOutcome on_secure_ok(std::string_view arguments, std::string& out);
  HandshakeOutcome on_tune_ok(std::string_view arguments);
  HandshakeOutcome on_open(std::string_view arguments, std::string& out);

  void take_client_properties(amqp::Table properties);
  HandshakeOutcome authenticate(std::string_view response, amqp::MethodId method, std::string& out);
  // Why the login fails, for the log; none when the user is in.
  std::optional<std::string> log_in(const SaslStep& step);
  std::optional<std::string> check_password(const PasswordLogin& login) const;
  std::optional<std::string> check_user(std::string_view user) const;
  HandshakeOutcome refuse_login(const std::string& why);
  // None when the connection is counted against all limits.
  std::optional<std::string> enter_vhost(std::string_view vhost);

  Environment environment_;
  ConnectionIdentity& identity_;
  State state_ = State::kStarting;
  std::optional<SaslExchange> sasl_;
  std::uint32_t frame_max_;        // 0: no limit
  std::uint16_t channel_max_ = 0;  // that was offered; 0: no limit
};

}  // namespace coney
