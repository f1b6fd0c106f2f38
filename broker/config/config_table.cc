#include <array>

#include "broker/config/config_key.h"

namespace coney {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Type = ValueType;
using Draft = ConfigDraft;
using Name = std::string;

constexpr int64_t kInt32Max = INT32_MAX;
constexpr int64_t kUint32Max = UINT32_MAX;
constexpr std::string_view kQueueTypes =
    "classic|quorum|stream|rabbit_classic_queue|rabbit_quorum_queue|rabbit_stream_queue";

milliseconds timeout(const Value& value) {
  return value.infinite ? milliseconds::zero() : milliseconds(value.integer);
}

template <typename T>
std::optional<T> limit(const Value& value) {
  return value.infinite ? std::nullopt : std::optional<T>(static_cast<T>(value.integer));
}

log::Level level(const Value& value) {
  return static_cast<log::Level>(value.choice);
}

template <log::Category category>
void set_level(Draft& draft, const Name&, const Value& value) {
  draft.config.log.category_level[static_cast<size_t>(category)] = level(value);
}

void set_channel_max(Draft& draft, const Name&, const Value& value) {
  draft.config.channel_max = static_cast<uint16_t>(value.integer);
}

void set_connection_max(Draft& draft, const Name&, const Value& value) {
  draft.config.connection_max = limit<uint64_t>(value);
}

void set_load_definitions(Draft& draft, const Name&, const Value& value) {
  draft.config.load_definitions = value.text;
}

void set_product(Draft& draft, const Name&, const Value& value) {
  draft.config.server_product = value.text;
}

void set_version(Draft& draft, const Name&, const Value& value) {
  draft.config.server_version = value.text;
}

void set_queue_type(Draft& draft, const Name&, const Value& value) {
  constexpr std::array<std::string_view, 3> kTypes = {"classic", "quorum", "stream"};
  draft.config.default_queue_type = kTypes[value.choice % kTypes.size()];
}

void set_management_port(Draft& draft, const Name&, const Value& value) {
  draft.management_port = static_cast<uint16_t>(value.integer);
}

void set_path_prefix(Draft& draft, const Name&, const Value& value) {
  std::string prefix = value.text;
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty() && !prefix.starts_with('/')) prefix.insert(0, "/");
  draft.config.management.path_prefix = std::move(prefix);
}

void set_prometheus_port(Draft& draft, const Name&, const Value& value) {
  auto& listener = draft.config.management.prometheus;
  if (listener) listener->port = static_cast<uint16_t>(value.integer);
}

void set_prometheus_ip(Draft& draft, const Name&, const Value& value) {
  auto& listener = draft.config.management.prometheus;
  if (listener) listener->host = value.text;
}

void set_log_file(Draft& draft, const Name&, const Value& value) {
  draft.config.log.file = value.text == "false" ? "" : value.text;
}

constexpr ConfigKey kKeys[] = {
    // Listeners
    {.key = "listeners.tcp.$name",
     .section = Section::kListeners,
     .value = {.type = Type::kListener},
     .fallback = "5672",
     .help =
         "Where to accept AMQP over TCP: a port (every address, IPv4 and IPv6) or an address and "
         "port. May be given several times with different names; any of them replaces the "
         "listener `default`.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.tcp_listeners[n] = v.listener; }},
    {.key = "listeners.tcp",
     .section = Section::kListeners,
     .value = {.type = Type::kChoice, .choices = "none"},
     .help = "`none`: no TCP listener at all, whatever `listeners.tcp.$name` says.",
     .set = [](Draft& d, const Name&, const Value&) { d.no_tcp_listeners = true; }},
    {.key = "listeners.ssl.$name",
     .section = Section::kListeners,
     .value = {.type = Type::kListener},
     .help = "Where to accept AMQP over TLS, as `listeners.tcp.$name`. The usual port is 5671.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.tls_listeners[n] = v.listener; }},
    {.key = "listeners.ssl",
     .section = Section::kListeners,
     .value = {.type = Type::kChoice, .choices = "none"},
     .help = "`none`: no TLS listener at all, whatever `listeners.ssl.$name` says.",
     .set = [](Draft& d, const Name&, const Value&) { d.no_tls_listeners = true; }},
    {.key = "tcp_listen_options.backlog",
     .section = Section::kListeners,
     .value = {.type = Type::kInteger, .minimum = 1, .maximum = 65'535},
     .fallback = "1024",
     .help = "Connections that may wait to be accepted, per listening socket.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tcp_listen.backlog = static_cast<int>(v.integer); }},
    {.key = "tcp_listen_options.nodelay",
     .section = Section::kListeners,
     .value = {.type = Type::kBoolean},
     .fallback = "true",
     .help = "TCP_NODELAY on accepted connections.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.tcp_listen.nodelay = v.boolean; }},
    {.key = "tcp_listen_options.keepalive",
     .section = Section::kListeners,
     .value = {.type = Type::kBoolean},
     .fallback = "false",
     .help = "SO_KEEPALIVE on accepted connections.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tcp_listen.keepalive = v.boolean; }},
    {.key = "tcp_listen_options.sndbuf",
     .section = Section::kListeners,
     .value = {.type = Type::kBytes, .minimum = 1, .maximum = kInt32Max},
     .help = "SO_SNDBUF of accepted connections; left to the kernel when not set.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tcp_listen.send_buffer = limit<int>(v); }},
    {.key = "tcp_listen_options.recbuf",
     .section = Section::kListeners,
     .value = {.type = Type::kBytes, .minimum = 1, .maximum = kInt32Max},
     .help = "SO_RCVBUF of accepted connections; left to the kernel when not set.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tcp_listen.receive_buffer = limit<int>(v); }},
    {.key = "proxy_protocol",
     .section = Section::kListeners,
     .value = {.type = Type::kBoolean},
     .fallback = "false",
     .help = "Every connection has to begin with a PROXY protocol header, version 1 or 2.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.proxy_protocol = v.boolean; }},
    {.key = "proxy_protocol.trusted_sources",
     .section = Section::kListeners,
     .value = {.type = Type::kNetworks},
     .fallback = "127.0.0.0/8, ::1",
     .help = "Networks whose PROXY protocol headers are believed.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.proxy_trusted_sources = v.networks; }},

    // TLS
    {.key = "ssl_options.cacertfile",
     .section = Section::kTls,
     .help = "File with the certificates (PEM) of the authorities that client certificates are "
             "checked against.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tls.ca_certificate_file = v.text; }},
    {.key = "ssl_options.certfile",
     .section = Section::kTls,
     .help = "File with the broker's certificate (PEM), followed by the rest of its chain. Needed "
             "with a TLS listener.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.tls.certificate_file = v.text; }},
    {.key = "ssl_options.keyfile",
     .section = Section::kTls,
     .help = "File with the private key (PEM) of the certificate; when not set, the key is in "
             "`ssl_options.certfile`.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.tls.key_file = v.text; }},
    {.key = "ssl_options.password",
     .section = Section::kTls,
     .help = "Password of the private key.",
     .secret = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.tls.key_password = v.text; }},
    {.key = "ssl_options.verify",
     .section = Section::kTls,
     .value = {.type = Type::kChoice, .choices = "verify_none|verify_peer"},
     .fallback = "verify_none",
     .help = "Whether a client is asked for a certificate, which then has to be valid.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tls.verify = static_cast<TlsConfig::Verify>(v.choice); }},
    {.key = "ssl_options.fail_if_no_peer_cert",
     .section = Section::kTls,
     .value = {.type = Type::kBoolean},
     .fallback = "false",
     .help = "With verify_peer: refuse clients that show no certificate.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tls.fail_if_no_peer_certificate = v.boolean; }},
    {.key = "ssl_options.depth",
     .section = Section::kTls,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 255},
     .fallback = "1",
     .help = "How many intermediate certificates may stand between a client's certificate and a "
             "trusted authority.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tls.depth = static_cast<int>(v.integer); }},
    {.key = "ssl_options.versions.$n",
     .section = Section::kTls,
     .value = {.type = Type::kChoice, .choices = "tlsv1.3|tlsv1.2|tlsv1.1|tlsv1"},
     .fallback = "tlsv1.3, tlsv1.2",
     .help = "TLS versions to accept, one per key.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.tls_versions[n] = v.text; }},
    {.key = "ssl_options.ciphers.$n",
     .section = Section::kTls,
     .help = "Cipher suites to accept, by their OpenSSL names, one per key, the preferred first.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.tls_ciphers[n] = v.text; }},
    {.key = "ssl_handshake_timeout",
     .section = Section::kTls,
     .value = {.type = Type::kInteger, .minimum = 1, .maximum = kInt32Max, .infinity = true},
     .fallback = "5000",
     .help = "Milliseconds that a TLS handshake may take.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.tls_handshake_timeout = timeout(v); }},
    {.key = "ssl_cert_login_from",
     .section = Section::kTls,
     .value = {.type = Type::kChoice, .choices = "distinguished_name|common_name"},
     .fallback = "distinguished_name",
     .help = "What of a client's certificate is the user name for the mechanism EXTERNAL.",
     .set =
         [](Draft& d, const Name&, const Value& v) {
           d.config.certificate_name = static_cast<CertificateName>(v.choice);
         }},

    // Connections
    {.key = "handshake_timeout",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 1, .maximum = kInt32Max, .infinity = true},
     .fallback = "10000",
     .help = "Milliseconds from the accepted connection (after TLS) to connection.open.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.handshake_timeout = timeout(v); }},
    {.key = "heartbeat",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .fallback = "60",
     .help = "Seconds that connection.tune suggests as the heartbeat timeout; 0 suggests none.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.heartbeat = seconds(v.integer); }},
    {.key = "frame_max",
     .section = Section::kConnections,
     .value = {.type = Type::kBytes, .minimum = 4'096, .maximum = kUint32Max, .zero = true},
     .fallback = "131072",
     .help = "Largest frame in bytes, with its header and end; 0 is no limit.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.frame_max = static_cast<uint32_t>(v.integer); }},
    {.key = "initial_frame_max",
     .section = Section::kConnections,
     .value = {.type = Type::kBytes, .minimum = 4'096, .maximum = kInt32Max},
     .fallback = "8192",
     .help = "Largest frame in bytes before the connection is tuned.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.initial_frame_max = static_cast<uint32_t>(v.integer); }},
    {.key = "channel_max",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .fallback = "2047",
     .help = "Channels per connection; 0 is no limit.",
     .set = set_channel_max},
    {.key = "max_channels_per_connection",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .help = "Another name of `channel_max`.",
     .set = set_channel_max},
    {.key = "connection_max",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .infinity = true},
     .fallback = "infinity",
     .help = "Client connections of this node.",
     .set = set_connection_max},
    {.key = "max_connections",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .infinity = true},
     .help = "Another name of `connection_max`.",
     .set = set_connection_max},
    {.key = "consumer_max_per_channel",
     .section = Section::kConnections,
     .value = {.type = Type::kInteger, .minimum = 1, .maximum = kUint32Max, .infinity = true},
     .fallback = "infinity",
     .help = "Consumers per channel.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.consumer_max_per_channel = limit<uint32_t>(v); }},
    {.key = "max_message_size",
     .section = Section::kConnections,
     .value = {.type = Type::kBytes, .minimum = 1, .maximum = 536'870'912},
     .fallback = "134217728",
     .help = "Largest message body in bytes.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.max_message_size = static_cast<uint32_t>(v.integer); }},
    {.key = "dead_letter.trust_publisher_headers",
     .section = Section::kConnections,
     .value = {.type = Type::kBoolean},
     .fallback = "false",
     .help = "Whether an x-death header that a client publishes counts as RabbitMQ 3.x does it; "
             "else it is replaced when the message dies, as by RabbitMQ 4.x.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.trust_publisher_deaths = v.boolean; }},

    // Access control
    {.key = "auth_mechanisms.$n",
     .section = Section::kAccess,
     .value = {.type = Type::kChoice,
               .choices = "PLAIN|AMQPLAIN|EXTERNAL|ANONYMOUS|RABBIT-CR-DEMO"},
     .fallback = "PLAIN, AMQPLAIN",
     .help = "SASL mechanisms to offer, one per key.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.auth_mechanisms[n] = v.text; }},
    {.key = "anonymous_login_user",
     .section = Section::kAccess,
     .fallback = "none",
     .help = "User that ANONYMOUS stands for; `none` refuses it.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.anonymous_user = v.text == "none" ? "" : v.text; }},
    {.key = "anonymous_login_pass",
     .section = Section::kAccess,
     .help = "Password of that user.",
     .secret = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.anonymous_password = v.text; }},
    {.key = "loopback_users.$user",
     .section = Section::kAccess,
     .value = {.type = Type::kBoolean},
     .fallback = "true for guest",
     .help = "Whether this user may connect over the loopback interface only. `guest` is such a "
             "user until `loopback_users.guest = false`.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.loopback_users[n] = v.boolean; }},
    {.key = "loopback_users",
     .section = Section::kAccess,
     .value = {.type = Type::kChoice, .choices = "none"},
     .help = "`none`: every user may connect from anywhere.",
     .set = [](Draft& d, const Name&, const Value&) { d.no_loopback_users = true; }},

    // Definitions at start
    {.key = "default_vhost",
     .section = Section::kDefinitions,
     .fallback = "/",
     .help = "Vhost that is made in an empty data directory.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.vhost = v.text; }},
    {.key = "default_user",
     .section = Section::kDefinitions,
     .fallback = "guest",
     .help = "User that is made in an empty data directory.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.user = v.text; }},
    {.key = "default_pass",
     .section = Section::kDefinitions,
     .fallback = "guest",
     .help = "Password of that user.",
     .secret = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.password = v.text; }},
    {.key = "default_user_tags.$tag",
     .section = Section::kDefinitions,
     .value = {.type = Type::kBoolean},
     .fallback = "true for administrator",
     .help = "Tags of that user; any of these keys replaces `administrator`.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.user_tags[n] = v.boolean; }},
    {.key = "default_permissions.configure",
     .section = Section::kDefinitions,
     .value = {.type = Type::kPattern},
     .fallback = ".*",
     .help = "What that user may configure in that vhost.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.configure = v.text; }},
    {.key = "default_permissions.write",
     .section = Section::kDefinitions,
     .value = {.type = Type::kPattern},
     .fallback = ".*",
     .help = "What that user may write to in that vhost.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.write = v.text; }},
    {.key = "default_permissions.read",
     .section = Section::kDefinitions,
     .value = {.type = Type::kPattern},
     .fallback = ".*",
     .help = "What that user may read from in that vhost.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.read = v.text; }},
    {.key = "load_definitions",
     .section = Section::kDefinitions,
     .help = "File with definitions in RabbitMQ's JSON format, read at every start.",
     .set = set_load_definitions},
    {.key = "definitions.local.path",
     .section = Section::kDefinitions,
     .help = "Another name of `load_definitions`.",
     .set = set_load_definitions},
    {.key = "management.load_definitions",
     .section = Section::kDefinitions,
     .help = "Another name of `load_definitions`.",
     .set = set_load_definitions},

    // Limits and alarms
    {.key = "vm_memory_high_watermark.relative",
     .section = Section::kLimits,
     .value = {.type = Type::kReal, .minimum = 0, .maximum = 1},
     .fallback = "0.6",
     .help = "Share of the memory that the broker may use (the machine's, or less when its control "
             "groups say so) above which connections that publish are blocked.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.memory_high_watermark.relative = v.real; }},
    {.key = "vm_memory_high_watermark.absolute",
     .section = Section::kLimits,
     .value = {.type = Type::kBytes},
     .help = "The same in bytes. Wins over the relative limit.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.memory_high_watermark.absolute = limit<uint64_t>(v); }},
    {.key = "disk_free_limit.absolute",
     .section = Section::kLimits,
     .value = {.type = Type::kBytes},
     .fallback = "50000000",
     .help = "Free bytes of the file system of `data_dir` below which connections that publish are "
             "blocked.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.disk_free_limit.absolute = limit<uint64_t>(v); }},
    {.key = "disk_free_limit.relative",
     .section = Section::kLimits,
     .value = {.type = Type::kReal, .minimum = 0, .maximum = 1'000},
     .help =
         "The same as a multiple of the memory that the broker may use. The absolute limit wins "
         "when both are set.",
     .set = [](Draft& d, const Name&, const Value& v) { d.disk_free_limit.relative = v.real; }},

    // Queues
    {.key = "default_queue_type",
     .section = Section::kQueues,
     .value = {.type = Type::kChoice, .choices = kQueueTypes},
     .fallback = "classic",
     .help = "Type of queues that are declared without `x-queue-type`.",
     .set = set_queue_type},
    {.key = "consumer_timeout",
     .section = Section::kQueues,
     .value = {.type = Type::kInteger, .minimum = 1, .infinity = true},
     .fallback = "1800000",
     .help =
         "Milliseconds that a consumer may keep a delivery without settling it. A queue's argument "
         "or policy and a consumer's argument come first.",
     .set =
         [](Draft& d, const Name&, const Value& v) {
           d.config.consumer_timeout.reset();
           if (!v.infinite) d.config.consumer_timeout = milliseconds(v.integer);
         }},

    // Management
    {.key = "management.tcp.port",
     .section = Section::kManagement,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .fallback = "15672",
     .help = "Port of the HTTP API; 0 is one that the system picks. When another program has the "
             "default port, the broker starts without the API.",
     .set = set_management_port},
    {.key = "management.tcp.ip",
     .section = Section::kManagement,
     .help = "Address that the HTTP API listens on; every one when not set.",
     .set = [](Draft& d, const Name&, const Value& v) { d.management_ip = v.text; }},
    {.key = "management.tcp",
     .section = Section::kManagement,
     .value = {.type = Type::kChoice, .choices = "none"},
     .help = "`none`: the HTTP API is not served without TLS.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&, const Value&) { d.no_management = true; }},
    {.key = "management.listener.port",
     .section = Section::kManagement,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .help = "Another name of `management.tcp.port`.",
     .set = set_management_port},
    {.key = "management.listener.ip",
     .section = Section::kManagement,
     .help = "Another name of `management.tcp.ip`.",
     .set = [](Draft& d, const Name&, const Value& v) { d.management_ip = v.text; }},
    {.key = "management.ssl.port",
     .section = Section::kManagement,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .fallback = "15671",
     .help =
         "Port of the HTTP API over TLS, which is served when `management.ssl.certfile` is set; "
         "without TLS then only when a key of `management.tcp` is set, too.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.management_tls_port = static_cast<uint16_t>(v.integer); }},
    {.key = "management.ssl.ip",
     .section = Section::kManagement,
     .help = "Address that the HTTP API over TLS listens on; every one when not set.",
     .set = [](Draft& d, const Name&, const Value& v) { d.management_tls_ip = v.text; }},
    {.key = "management.ssl.cacertfile",
     .section = Section::kManagement,
     .help = "As `ssl_options.cacertfile`, for the HTTP API.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.management.tls.ca_certificate_file = v.text; }},
    {.key = "management.ssl.certfile",
     .section = Section::kManagement,
     .help = "As `ssl_options.certfile`, for the HTTP API.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.management.tls.certificate_file = v.text; }},
    {.key = "management.ssl.keyfile",
     .section = Section::kManagement,
     .help = "As `ssl_options.keyfile`, for the HTTP API.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.management.tls.key_file = v.text; }},
    {.key = "management.ssl.password",
     .section = Section::kManagement,
     .help = "As `ssl_options.password`, for the HTTP API.",
     .secret = true,
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.management.tls.key_password = v.text; }},
    {.key = "management.ssl.verify",
     .section = Section::kManagement,
     .value = {.type = Type::kChoice, .choices = "verify_none|verify_peer"},
     .fallback = "verify_none",
     .help = "As `ssl_options.verify`, for the HTTP API.",
     .set =
         [](Draft& d, const Name&, const Value& v) {
           d.config.management.tls.verify = static_cast<TlsConfig::Verify>(v.choice);
         }},
    {.key = "management.ssl.fail_if_no_peer_cert",
     .section = Section::kManagement,
     .value = {.type = Type::kBoolean},
     .fallback = "false",
     .help = "As `ssl_options.fail_if_no_peer_cert`, for the HTTP API.",
     .set =
         [](Draft& d, const Name&, const Value& v) {
           d.config.management.tls.fail_if_no_peer_certificate = v.boolean;
         }},
    {.key = "management.ssl.depth",
     .section = Section::kManagement,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 255},
     .fallback = "1",
     .help = "As `ssl_options.depth`, for the HTTP API.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.management.tls.depth = static_cast<int>(v.integer); }},
    {.key = "management.ssl.versions.$n",
     .section = Section::kManagement,
     .value = {.type = Type::kChoice, .choices = "tlsv1.3|tlsv1.2|tlsv1.1|tlsv1"},
     .fallback = "tlsv1.3, tlsv1.2",
     .help = "As `ssl_options.versions.$n`, for the HTTP API.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.management_tls_versions[n] = v.text; }},
    {.key = "management.ssl.ciphers.$n",
     .section = Section::kManagement,
     .help = "As `ssl_options.ciphers.$n`, for the HTTP API.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.management_tls_ciphers[n] = v.text; }},
    {.key = "management.path_prefix",
     .section = Section::kManagement,
     .help = "What the paths of the HTTP API begin with, for one behind a proxy: `/rabbit` makes "
             "it `/rabbit/api`.",
     .set = set_path_prefix},
    {.key = "management.cors.allow_origins.$n",
     .section = Section::kManagement,
     .help = "Origins whose pages may use the HTTP API, one per key; `*` is every one.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.cors_origins[n] = v.text; }},
    {.key = "management.cors.max_age",
     .section = Section::kManagement,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = kInt32Max},
     .fallback = "1800",
     .help = "Seconds for which a browser may keep what it was told about origins.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.management.cors_max_age = seconds(v.integer); }},
    {.key = "management.login_session_timeout",
     .section = Section::kManagement,
     .value = {.type = Type::kInteger, .minimum = 1, .maximum = kInt32Max},
     .fallback = "480",
     .help = "Minutes after which who has logged in with a cookie has to do so again.",
     .set =
         [](Draft& d, const Name&, const Value& v) {
           d.config.management.login_session_timeout = std::chrono::minutes(v.integer);
         }},
    {.key = "management.disable_stats",
     .section = Section::kManagement,
     .value = {.type = Type::kBoolean},
     .fallback = "false",
     .help = "The HTTP API leaves out statistics, as if every request asked for that.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.management.disable_stats = v.boolean; }},

    {.key = "prometheus.tcp.port",
     .section = Section::kManagement,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 65'535},
     .fallback = "15692",
     .help = "Port of the metrics for Prometheus; 0 is one that the system picks. Without this key "
             "the broker starts even when another program has the port.",
     .set = set_prometheus_port},
    {.key = "prometheus.tcp.ip",
     .section = Section::kManagement,
     .help = "Address that the metrics are served on; every one when not set.",
     .set = set_prometheus_ip},
    {.key = "prometheus.tcp",
     .section = Section::kManagement,
     .value = {.type = Type::kChoice, .choices = "none"},
     .help = "`none`: no metrics for Prometheus.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&, const Value&) { d.config.management.prometheus.reset(); }},
    {.key = "prometheus.return_per_object_metrics",
     .section = Section::kManagement,
     .value = {.type = Type::kBoolean},
     .fallback = "false",
     .help = "`/metrics` has a line for each object, as `/metrics/per-object` has.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.management.per_object_metrics = v.boolean; }},

    // Logging
    {.key = "log.console",
     .section = Section::kLogging,
     .value = {.type = Type::kBoolean},
     .fallback = "true",
     .help = "Log to the console.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.log.console = v.boolean; }},
    {.key = "log.console.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "Least severe level that goes to the console, whatever the categories let through.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.log.console_level = level(v); }},
    {.key = "log.console.stdio",
     .section = Section::kLogging,
     .value = {.type = Type::kChoice, .choices = "stdout|stderr"},
     .fallback = "stdout",
     .help = "Which stream the console is.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.log.console_to_stderr = v.choice == 1; }},
    {.key = "log.console.formatter",
     .section = Section::kLogging,
     .value = {.type = Type::kChoice, .choices = "plaintext|json"},
     .fallback = "plaintext",
     .help = "Lines of text, or one JSON object per line.",
     .set =
         [](Draft& d, const Name&, const Value& v) {
           d.config.log.console_format = static_cast<log::Format>(v.choice);
         }},
    {.key = "log.dir",
     .section = Section::kLogging,
     .fallback = "log in the data directory",
     .help = "Directory that a relative `log.file` is in.",
     .set = [](Draft& d, const Name&, const Value& v) { d.log_dir = v.text; }},
    {.key = "log.file",
     .section = Section::kLogging,
     .fallback = "false",
     .help = "File to log to; `false` is none. It is opened anew on SIGHUP, for log rotation.",
     .set = set_log_file},
    {.key = "log.file.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "Least severe level that goes to the file, whatever the categories let through.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.log.file_level = level(v); }},
    {.key = "log.file.formatter",
     .section = Section::kLogging,
     .value = {.type = Type::kChoice, .choices = "plaintext|json"},
     .fallback = "plaintext",
     .help = "Lines of text, or one JSON object per line.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.log.file_format = static_cast<log::Format>(v.choice); }},
    {.key = "log.default.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .fallback = "info",
     .help = "Least severe level to log in a category that has no level of its own.",
     .set = set_level<log::Category::kDefault>},
    {.key = "log.connection.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for connections and authentication.",
     .set = set_level<log::Category::kConnection>},
    {.key = "log.channel.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for channels.",
     .set = set_level<log::Category::kChannel>},
    {.key = "log.queue.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for queues.",
     .set = set_level<log::Category::kQueue>},
    {.key = "log.topology.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for vhosts, users, exchanges, bindings and policies.",
     .coneys_own = true,
     .set = set_level<log::Category::kTopology>},
    {.key = "log.storage.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for the disk and recovery.",
     .coneys_own = true,
     .set = set_level<log::Category::kStorage>},
    {.key = "log.mirroring.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for mirroring.",
     .set = set_level<log::Category::kMirroring>},
    {.key = "log.federation.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for federation.",
     .set = set_level<log::Category::kFederation>},
    {.key = "log.shovel.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for shovels.",
     .set = set_level<log::Category::kShovel>},
    {.key = "log.upgrade.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for upgrades of stored data.",
     .set = set_level<log::Category::kUpgrade>},
    {.key = "log.ra.level",
     .section = Section::kLogging,
     .value = {.type = Type::kLogLevel},
     .help = "The same for Raft.",
     .set = set_level<log::Category::kRaft>},

    // Node
    {.key = "nodename",
     .section = Section::kNode,
     .fallback = "rabbit@ and the short host name",
     .help = "The node's name as clients and tools see it.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.node_name = v.text; }},
    {.key = "cluster_name",
     .section = Section::kNode,
     .fallback = "the node's name",
     .help = "The cluster's name as clients and tools see it.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.cluster_name = v.text; }},
    {.key = "product.name",
     .section = Section::kNode,
     .fallback = "RabbitMQ",
     .help = "`product` in the server-properties of connection.start. Client libraries compare it.",
     .set = set_product},
    {.key = "server_product",
     .section = Section::kNode,
     .help = "Another name of `product.name`.",
     .coneys_own = true,
     .set = set_product},
    {.key = "product.version",
     .section = Section::kNode,
     .fallback = "4.3.6",
     .help = "`version` in the server-properties of connection.start. Client libraries compare it.",
     .set = set_version},
    {.key = "server_version",
     .section = Section::kNode,
     .help = "Another name of `product.version`.",
     .coneys_own = true,
     .set = set_version},
    {.key = "shards",
     .section = Section::kNode,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 1'024},
     .fallback = "0",
     .help = "Threads that serve connections and queues; 0 is one per core.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.shards = static_cast<unsigned>(v.integer); }},
    {.key = "data_dir",
     .section = Section::kNode,
     .fallback = "/var/lib/coney when it can be written, else ~/.local/share/coney",
     .help = "Directory of everything that the broker stores.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.data_dir = v.text; }},
    {.key = "durability",
     .section = Section::kNode,
     .value = {.type = Type::kChoice, .choices = "fsync|write|none"},
     .fallback = "fsync",
     .help =
         "What is waited for before a persistent message in a durable queue is confirmed. "
         "`fsync`: it is on the disk (fdatasync), and survives a power failure. `write`: the "
         "operating system has it; it survives the end of the broker's process, not that of the "
         "machine, which may lose what was confirmed in the last 100 ms or so. `none`: nothing; "
         "it is written a moment later, and either end may lose what was confirmed last. The "
         "same goes for acknowledgements and tx.commit. An orderly stop loses nothing in any of "
         "the three.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.durability = static_cast<Durability>(v.choice); }},
    {.key = "durability.vhost.$vhost",
     .section = Section::kNode,
     .value = {.type = Type::kChoice, .choices = "fsync|write|none"},
     .help = "The same for the queues of one vhost, in place of `durability`: "
             "`durability.vhost./ = write`.",
     .coneys_own = true,
     .set =
         [](Draft& d, const Name& n, const Value& v) {
           d.config.vhost_durability[n] = static_cast<Durability>(v.choice);
         }},
};

}  // namespace

std::span<const ConfigKey> config_keys() {
  return kKeys;
}

}  // namespace coney
