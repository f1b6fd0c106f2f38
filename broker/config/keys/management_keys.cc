#include "broker/config/keys/keys.h"
#include "broker/config/keys/setting.h"

namespace coney {
namespace {

using namespace setting;

void set_management_port(Draft& draft, const Name&, const Value& value) {
  draft.management_port = static_cast<uint16_t>(value.integer);
}

void set_path_prefix(Draft& draft, const Name&, const Value& value) {
  std::string prefix = value.text;
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty() && !prefix.starts_with('/')) prefix.insert(0, 1, '/');
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

constexpr ConfigKey kKeys[] = {
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
};

}  // namespace

std::span<const ConfigKey> management_keys() {
  return kKeys;
}

}  // namespace coney
