#pragma once
// Every setting of a Coney node, checked and typed. Plain values: made once by load_config()
// (config_loader.h) before any thread starts, then only read, so any shard may hold a reference.
// Names, units and defaults are those of rabbitmq.conf unless a comment says otherwise; the table
// in keys/ has key, bounds and help for each field, and a test holds the defaults here
// against that table.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/log/log_config.h"

namespace coney {

// `listeners.tcp.<name>` or `listeners.ssl.<name>`. An empty host means every address of both
// families.
struct Listener {
  std::string name;
  std::string host;  // a literal IPv4 or IPv6 address without brackets, or empty
  uint16_t port = 0;

  bool operator==(const Listener&) const = default;
};

// `ssl_options.*`, files in PEM.
struct TlsConfig {
  enum class Verify : uint8_t { kNone, kPeer };

  std::string ca_certificate_file;
  std::string certificate_file;
  std::string key_file;  // empty: the key is in the certificate file
  std::string key_password;
  Verify verify = Verify::kNone;
  bool fail_if_no_peer_certificate = false;
  int depth = 1;                                               // length of the chain under a CA
  std::vector<std::string> versions = {"tlsv1.3", "tlsv1.2"};  // tlsv1, tlsv1.1, tlsv1.2, tlsv1.3
  std::vector<std::string> ciphers;                            // OpenSSL names; empty: its defaults

  bool operator==(const TlsConfig&) const = default;
};

// `tcp_listen_options.*`; a buffer size that is unset is left to the kernel.
struct TcpListenConfig {
  int backlog = 1024;  // RabbitMQ: 128
  bool nodelay = true;
  bool keepalive = false;
  std::optional<int> send_buffer;
  std::optional<int> receive_buffer;

  bool operator==(const TcpListenConfig&) const = default;
};

// One network of `proxy_protocol.trusted_sources`; an IPv4 network has 4 bytes, IPv6 has 16.
struct Network {
  std::vector<uint8_t> address;
  int prefix_bits = 0;

  bool operator==(const Network&) const = default;
};

// Where the name of a user with a client certificate comes from (`ssl_cert_login_from`).
enum class CertificateName : uint8_t { kDistinguishedName, kCommonName };

// What a confirm of a persistent message promises: that the message survives a power failure, the
// end of the broker's process, or neither.
enum class Durability : std::uint8_t { kFsync, kWrite, kNone };  // strictest first

// The user, vhost and permissions that are made when the data directory is empty.
struct DefaultDefinitions {
  std::string vhost = "/";
  std::string user = "guest";
  std::string password = "guest";
  std::string configure = ".*";  // RE2 patterns
  std::string write = ".*";
  std::string read = ".*";
  std::vector<std::string> tags = {"administrator"};

  bool operator==(const DefaultDefinitions&) const = default;
};

// A limit that is either a number of bytes or a share of the memory that this process may use; the
// absolute one wins.
struct ResourceLimit {
  std::optional<uint64_t> absolute;
  std::optional<double> relative;

  bool operator==(const ResourceLimit&) const = default;
};

// `management.*`: the HTTP API.
struct ManagementConfig {
  // Where it listens; none: it does not. TLS alone where a certificate is given and nothing else is
  // said.
  std::optional<Listener> tcp = Listener{"http", "", 15672};
  std::optional<Listener> tls_listener;
  TlsConfig tls;
  std::string path_prefix;                // "/rabbit", without a slash at its end
  std::vector<std::string> cors_origins;  // "*" is every one
  std::chrono::seconds cors_max_age{1'800};
  std::chrono::minutes login_session_timeout{480};
  bool disable_stats = false;
  // `prometheus.*`: where metrics are served; no port: nowhere. As with `tcp`, the default one that
  // is taken keeps the broker from nothing.
  std::optional<Listener> prometheus = Listener{"prometheus", "", 15692};
  bool per_object_metrics = false;  // /metrics is /metrics/per-object

  bool operator==(const ManagementConfig&) const = default;
};

struct Config {
  // Listeners
  std::vector<Listener> tcp_listeners = {{"default", "", 5672}};
  std::vector<Listener> tls_listeners;
  TlsConfig tls;
  TcpListenConfig tcp_listen;
  bool proxy_protocol = false;
  std::vector<Network> proxy_trusted_sources = {
      {{127, 0, 0, 0}, 8}, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128}};

  // Connections
  std::chrono::milliseconds handshake_timeout{10'000};     // zero: no limit
  std::chrono::milliseconds tls_handshake_timeout{5'000};  // zero: no limit
  std::chrono::seconds heartbeat{60};                      // zero: offered as "none"
  uint32_t frame_max = 131'072;                            // bytes with header and end; 0: no limit
  uint32_t initial_frame_max = 8'192;                      // bytes, until tuned
  uint16_t channel_max = 2'047;                            // 0: no limit
  std::optional<uint64_t> connection_max;                  // unset: no limit
  uint32_t max_message_size = 134'217'728;                 // bytes of body; RabbitMQ: 16 MiB
  std::optional<uint32_t> consumer_max_per_channel;        // unset: no limit
  bool trust_publisher_deaths = false;                     // x-death headers of clients count

  // Access
  std::vector<std::string> auth_mechanisms = {"PLAIN", "AMQPLAIN"};  // in the order to offer
  CertificateName certificate_name = CertificateName::kDistinguishedName;
  std::string anonymous_user;  // empty: ANONYMOUS is refused
  std::string anonymous_password;
  std::vector<std::string> loopback_users = {"guest"};
  DefaultDefinitions defaults;
  std::string load_definitions;  // path of a definitions file; empty: none

  // Limits and queues
  ResourceLimit memory_high_watermark{std::nullopt, 0.6};
  ResourceLimit disk_free_limit{50'000'000, std::nullopt};
  std::string default_queue_type = "classic";                            // classic, quorum, stream
  std::optional<std::chrono::milliseconds> consumer_timeout{1'800'000};  // unset: no limit

  // Node
  std::string node_name;     // rabbit@<short host name> when not set
  std::string cluster_name;  // the node's name when not set
  unsigned shards = 0;       // 0: one per core that the process may use
  std::string data_dir;      // default_data_dir() when not set
  Durability durability = Durability::kFsync;
  std::map<std::string, Durability, std::less<>> vhost_durability;  // of vhosts with their own
  std::string server_product = "RabbitMQ";
  std::string server_version = "4.3.6";

  ManagementConfig management;

  log::LogConfig log;

  Durability durability_of(std::string_view vhost) const {
    const auto own = vhost_durability.find(vhost);
    return own == vhost_durability.end() ? durability : own->second;
  }
  bool operator==(const Config&) const = default;
};

}  // namespace coney
