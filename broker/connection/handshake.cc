#include "broker/connection/handshake.h"

#include <algorithm>
#include <utility>

#include "amqp/frame.h"
#include "amqp/methods.h"
#include "amqp/table.h"
#include "broker/arguments/erlang_term.h"
#include "broker/auth/password_hash.h"
#include "broker/config/config.h"
#include "broker/config/live_settings.h"
#include "broker/connection/connection.h"
#include "broker/connection/connection_limits.h"
#include "broker/log/log.h"
#include "broker/topology/catalog.h"
#include "broker/transport/peer_identity.h"

namespace coney {
namespace {

using Next = HandshakeOutcome::Next;

// AMQP 0-9 is taken for 0-9-1, as RabbitMQ does.
constexpr std::string_view kProtocolHeader09{"AMQP\x01\x01\0\x09", 8};

HandshakeOutcome close_with(ReplyCode code, std::string text, amqp::MethodId method = {}) {
  return {Next::kCloseWithError, connection_error(code, std::move(text)), method, {}};
}

template <typename Method>
void send(std::string& out, const Method& method) {
  std::string payload;
  amqp::encode_method(payload, method);
  amqp::append_frame(out, amqp::FrameType::kMethod, 0, payload);
}

HandshakeOutcome close_undecodable(amqp::DecodeError error, const amqp::MethodInfo& method) {
  ProtocolError fault = undecodable(error, method);
  const amqp::MethodId about = fault.method;
  return {Next::kCloseWithError, std::move(fault), about, {}};
}

amqp::Table capabilities() {
  amqp::Table table;
  for (const char* name : {"publisher_confirms", "exchange_exchange_bindings", "basic.nack",
                           "consumer_cancel_notify", "connection.blocked", "consumer_priorities",
                           "authentication_failure_close", "per_consumer_qos", "direct_reply_to"}) {
    table.append(name, amqp::Value::boolean(true));
  }
  return table;
}

amqp::Table server_properties(const Config& config, std::string_view cluster_name) {
  amqp::Table table;
  table.append("capabilities", amqp::Value::table(capabilities()));
  table.append("cluster_name", amqp::Value::text(cluster_name));
  table.append("copyright", amqp::Value::text("Copyright (c) the Coney authors"));
  table.append("information",
               amqp::Value::text("Coney message broker, licensed under the Apache License 2.0"));
  table.append("platform", amqp::Value::text("Coney"));
  table.append("product", amqp::Value::text(config.server_product));
  table.append("version", amqp::Value::text(config.server_version));
  return table;
}

// What is wrong with a negotiated value, when something is; `highest` 0: no limit.
std::optional<std::string> out_of_range(std::string_view name, std::uint32_t value,
                                        std::uint32_t lowest, std::uint32_t highest) {
  auto text = [&](const char* relation, const char* bound, std::uint32_t limit) {
    return "negotiated " + std::string(name) + " = " + std::to_string(value) + " is " + relation +
           " than the " + bound + " allowed value (" + std::to_string(limit) + ")";
  };
  if (value != 0 && value < lowest) return text("lower", "minimum", lowest);
  if (highest != 0 && (value == 0 || value > highest)) return text("higher", "maximum", highest);
  return std::nullopt;
}

std::string node_limit_text(std::uint64_t limit) {
  return "connection refused: node connection limit (" + std::to_string(limit) + ") is reached";
}

std::string user_limit_text(std::string_view user, std::int64_t limit) {
  return "connection refused for user '" + std::string(user) + "': user connection limit (" +
         std::to_string(limit) + ") is reached";
}

std::string vhost_limit_text(std::string_view vhost, std::string_view user, std::int64_t limit) {
  return "access to vhost '" + std::string(vhost) + "' refused for user '" + std::string(user) +
         "': vhost connection limit (" + std::to_string(limit) + ") is reached";
}

std::string no_access_text(std::string_view vhost, std::string_view user) {
  return "access to vhost '" + std::string(vhost) + "' refused for user '" + std::string(user) +
         "'";
}

}  // namespace

Handshake::Handshake(Environment environment, ConnectionIdentity& identity)
    : environment_(std::move(environment)),
      identity_(identity),
      frame_max_(environment_.config.initial_frame_max) {}

// RabbitMQ allows a payload of frame_max bytes, 8 more in all than the spec does.
std::uint32_t Handshake::max_payload() const {
  return frame_max_ == 0 ? UINT32_MAX : frame_max_;
}

std::string_view Handshake::state_name() const {
  switch (state_) {
    case State::kStarting:
      return "starting";
    case State::kSecuring:
      return "securing";
    case State::kTuning:
      return "tuning";
    case State::kOpening:
      return "opening";
  }
  return "";
}

HandshakeOutcome Handshake::on_protocol_header(std::string_view header, std::string& out) {
  if (header == amqp::kProtocolHeader || header == kProtocolHeader09) {
    send_start(out);
    return {};
  }
  out.append(amqp::kProtocolHeader);
  return {Next::kDrop, {}, {}, "protocol header " + erlang_binary(header) + " is not AMQP 0-9-1"};
}

HandshakeOutcome Handshake::on_method(ChannelNumber channel, std::string_view payload,
                                      std::string& out) {
  amqp::Decoder decoder(payload);
  const amqp::MethodId id{decoder.u16(), decoder.u16()};
  if (!decoder.ok()) {
    return close_with(ReplyCode::kFrameError,
                      "type 1, all octets = " + erlang_binary(payload) + ": unknown_frame");
  }
  if (channel != 0) {
    return close_with(ReplyCode::kUnexpectedFrame,
                      "method frame on channel " + std::to_string(channel) +
                          " in connection state " + std::string(state_name()),
                      id);
  }
  const std::string_view arguments = decoder.rest();
  const auto is = [&](State state, const amqp::MethodInfo& method) {
    return state_ == state && id == method.id;
  };
  if (is(State::kStarting, amqp::ConnectionStartOk::kMethod)) return on_start_ok(arguments, out);
  if (is(State::kSecuring, amqp::ConnectionSecureOk::kMethod)) return on_secure_ok(arguments, out);
  if (is(State::kTuning, amqp::ConnectionTuneOk::kMethod)) return on_tune_ok(arguments);
  if (is(State::kOpening, amqp::ConnectionOpen::kMethod)) return on_open(arguments, out);
  return close_with(ReplyCode::kChannelError,
                    "unexpected method in connection state " + std::string(state_name()), id);
}

// ---- start ----

// EXTERNAL needs a certificate that was verified; without verify_peer it is nothing but a claim.
bool Handshake::offers(SaslMechanism mechanism) const {
  const Config& config = environment_.config;
  const auto& names = config.auth_mechanisms;
  if (std::find(names.begin(), names.end(), to_string(mechanism)) == names.end()) return false;
  if (mechanism != SaslMechanism::kExternal) return true;
  return environment_.tls_peer && environment_.tls_peer->has_certificate &&
         config.tls.verify == TlsConfig::Verify::kPeer;
}

std::string Handshake::offered_mechanisms() const {
  std::string names;
  for (const std::string& name : environment_.config.auth_mechanisms) {
    const auto mechanism = sasl_mechanism_from(name);
    if (!mechanism || !offers(*mechanism)) continue;
    if (!names.empty()) names += ' ';
    names += name;
  }
  return names;
}

void Handshake::send_start(std::string& out) const {
  std::string properties;
  amqp::encode_table(properties, server_properties(environment_.config, environment_.cluster_name));
  const std::string mechanisms = offered_mechanisms();
  amqp::ConnectionStart start;
  start.version_major = 0;
  start.version_minor = 9;
  start.server_properties = std::string_view(properties).substr(4);  // without its length
  start.mechanisms = mechanisms;
  start.locales = "en_US";
  send(out, start);
}

HandshakeOutcome Handshake::on_start_ok(std::string_view arguments, std::string& out) {
  constexpr auto& kMethod = amqp::ConnectionStartOk::kMethod;
  const auto start_ok = amqp::decode_arguments<amqp::ConnectionStartOk>(arguments);
  if (!start_ok) return close_undecodable(start_ok.error(), kMethod);
  auto properties = amqp::decode_table(start_ok->client_properties);
  if (!properties) {
    return close_with(ReplyCode::kSyntaxError,
                      "client-properties: " + std::string(to_string(properties.error())),
                      kMethod.id);
  }
  take_client_properties(std::move(*properties));
  const auto mechanism = sasl_mechanism_from(start_ok->mechanism);
  if (!mechanism || !offers(*mechanism)) {
    return close_with(ReplyCode::kCommandInvalid, unknown_mechanism_text(start_ok->mechanism),
                      kMethod.id);
  }
  sasl_.emplace(*mechanism);
  identity_.auth_mechanism = to_string(*mechanism);
  return authenticate(start_ok->response, kMethod.id, out);
}

// "capabilities" may be anything; what is not a table of bools counts as nothing.
void Handshake::take_client_properties(amqp::Table properties) {
  const amqp::Value* value = properties.find("capabilities");
  const amqp::Table* announced = value ? value->as_table() : nullptr;
  const auto has = [&](std::string_view name) {
    const amqp::Value* capability = announced ? announced->find(name) : nullptr;
    return capability && capability->as_bool().value_or(false);
  };
  identity_.consumer_cancel_notify = has("consumer_cancel_notify");
  identity_.authentication_failure_close = has("authentication_failure_close");
  identity_.connection_blocked = has("connection.blocked");
  const amqp::Value* client_id = properties.find("client_id");
  if (client_id && client_id->as_string()) identity_.client_id = *client_id->as_string();
  identity_.client_properties = std::make_shared<const amqp::Table>(std::move(properties));
}

// ---- login ----

HandshakeOutcome Handshake::on_secure_ok(std::string_view arguments, std::string& out) {
  constexpr auto& kMethod = amqp::ConnectionSecureOk::kMethod;
  const auto secure_ok = amqp::decode_arguments<amqp::ConnectionSecureOk>(arguments);
  if (!secure_ok) return close_undecodable(secure_ok.error(), kMethod);
  return authenticate(secure_ok->response, kMethod.id, out);
}

HandshakeOutcome Handshake::authenticate(std::string_view response, amqp::MethodId method,
                                         std::string& out) {
  const SaslStep step = sasl_->respond(response);
  if (const auto* malformed = std::get_if<SaslMalformed>(&step)) {
    return close_with(ReplyCode::kSyntaxError, std::string(malformed->text), method);
  }
  if (const auto* challenge = std::get_if<SaslChallenge>(&step)) {
    send(out, amqp::ConnectionSecure{challenge->text});
    state_ = State::kSecuring;
    return {};
  }
  if (const auto refused = log_in(step)) return refuse_login(*refused);
  send_tune(out);
  state_ = State::kTuning;
  return {};
}

std::optional<std::string> Handshake::log_in(const SaslStep& step) {
  const Config& config = environment_.config;
  std::optional<std::string> refused;
  if (const auto* login = std::get_if<PasswordLogin>(&step)) {
    identity_.user = login->username;
    refused = check_password(*login);
  } else if (std::holds_alternative<CertificateLogin>(step)) {
    const PeerIdentity& peer = *environment_.tls_peer;  // offers() has looked
    const bool by_subject = config.certificate_name == CertificateName::kDistinguishedName;
    identity_.user = by_subject ? peer.subject : peer.common_name;
    if (identity_.user.empty()) refused = "the certificate has no such name";
  } else {
    identity_.user = config.anonymous_user;
    if (identity_.user.empty()) refused = "no anonymous user is configured";
  }
  return refused ? refused : check_user(identity_.user);
}

std::optional<std::string> Handshake::check_password(const PasswordLogin& login) const {
  const User* user = environment_.catalog.find_user(login.username);
  if (!user) return "no such user";
  if (user->record->password_hash.empty()) return "the user has no password";
  if (!verify_password(login.password, user->record->password_hash, user->record->hashing)) {
    return "wrong password";
  }
  return std::nullopt;
}

std::optional<std::string> Handshake::check_user(std::string_view user) const {
  if (!environment_.catalog.find_user(user)) return "no such user";
  const std::vector<std::string> local = environment_.live.read().loopback_users;
  if (std::find(local.begin(), local.end(), user) != local.end() &&
      !identity_.client.is_loopback()) {
    return "the user may connect from the broker's own machine only";
  }
  return std::nullopt;
}

HandshakeOutcome Handshake::refuse_login(const std::string& why) {
  const SaslMechanism mechanism = sasl_->mechanism();
  log::warning(log::Category::kConnection, "{}: {} login of user '{}' refused: {}", identity_.name,
               to_string(mechanism), identity_.user, why);
  if (identity_.authentication_failure_close) {
    return close_with(ReplyCode::kAccessRefused, login_refused_text(mechanism));
  }
  return {Next::kDrop, {}, {}, "login refused"};
}

// ---- tune ----

void Handshake::send_tune(std::string& out) {
  const Config& config = environment_.config;
  amqp::ConnectionTune tune;
  tune.channel_max = channel_max_ = environment_.live.read().channel_max;
  tune.frame_max = config.frame_max;
  tune.heartbeat = static_cast<std::uint16_t>(
      std::clamp<std::chrono::seconds::rep>(config.heartbeat.count(), 0, UINT16_MAX));
  send(out, tune);
}

HandshakeOutcome Handshake::on_tune_ok(std::string_view arguments) {
  constexpr auto& kMethod = amqp::ConnectionTuneOk::kMethod;
  const auto tune_ok = amqp::decode_arguments<amqp::ConnectionTuneOk>(arguments);
  if (!tune_ok) return close_undecodable(tune_ok.error(), kMethod);
  const Config& config = environment_.config;
  auto wrong = out_of_range("frame_max", tune_ok->frame_max, amqp::kFrameMinSize, config.frame_max);
  if (!wrong) wrong = out_of_range("channel_max", tune_ok->channel_max, 0, channel_max_);
  if (wrong) return close_with(ReplyCode::kNotAllowed, *wrong, kMethod.id);
  identity_.frame_max = frame_max_ = tune_ok->frame_max;
  identity_.channel_max = tune_ok->channel_max == 0 ? UINT16_MAX : tune_ok->channel_max;
  identity_.heartbeat = tune_ok->heartbeat;
  state_ = State::kOpening;
  return {};
}

// ---- open ----

HandshakeOutcome Handshake::on_open(std::string_view arguments, std::string& out) {
  constexpr auto& kMethod = amqp::ConnectionOpen::kMethod;
  const auto open = amqp::decode_arguments<amqp::ConnectionOpen>(arguments);
  if (!open) return close_undecodable(open.error(), kMethod);
  if (const auto refused = enter_vhost(open->virtual_host)) {
    return close_with(ReplyCode::kNotAllowed, *refused, kMethod.id);
  }
  identity_.vhost = open->virtual_host;
  send(out, amqp::ConnectionOpenOk{});
  return {Next::kOpen, {}, {}, {}};
}

// Limits come before permissions, as in RabbitMQ. What was counted before a refusal is given back.
std::optional<std::string> Handshake::enter_vhost(std::string_view name) {
  const Vhost* vhost = environment_.catalog.find_vhost(name);
  if (!vhost) return "vhost " + std::string(name) + " not found";
  const User* user = environment_.catalog.find_user(identity_.user);
  const auto user_limit = user ? user->record->max_connections : std::nullopt;
  const auto vhost_limit = vhost->record->max_connections;
  const auto node_limit = environment_.config.connection_max;
  ConnectionLimits& limits = environment_.limits;

  const bool node_counted = limits.add_node_connection(node_limit);
  const bool vhost_counted = node_counted && limits.add_vhost_connection(name, vhost_limit);
  const bool user_counted = vhost_counted && limits.add_user_connection(identity_.user, user_limit);
  if (user_counted && environment_.catalog.has_access(identity_.user, name)) return std::nullopt;

  if (user_counted) limits.remove_user_connection(identity_.user);
  if (vhost_counted) limits.remove_vhost_connection(name);
  if (node_counted) limits.remove_node_connection();
  if (!node_counted) return node_limit_text(*node_limit);
  if (!vhost_counted) return vhost_limit_text(name, identity_.user, *vhost_limit);
  if (!user_counted) return user_limit_text(identity_.user, *user_limit);
  return no_access_text(name, identity_.user);
}

void Handshake::release_counts(ConnectionLimits& limits, const ConnectionIdentity& identity) {
  limits.remove_node_connection();
  limits.remove_vhost_connection(identity.vhost);
  limits.remove_user_connection(identity.user);
}

}  // namespace coney
