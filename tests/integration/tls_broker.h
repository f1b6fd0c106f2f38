#pragma once
// Settings of a broker with a TLS listener beside the TCP one.

#include "tests/integration/broker.h"
#include "tests/integration/tls_stream.h"

namespace coney::test {

inline constexpr std::size_t kTlsListener = 1;  // for LocalBroker::port()

inline Config tls_config(const std::filesystem::path& data_directory, const TlsFiles& files) {
  Config config = broker_config(data_directory);
  config.tls_listeners = {{"tls", "127.0.0.1", 0}};
  config.tls.ca_certificate_file = files.options.ca_certificate_file;
  config.tls.certificate_file = files.options.certificate_file;
  config.tls.key_file = files.options.key_file;
  return config;
}

// Clients have to show a certificate of the authority.
inline Config mutual_tls_config(const std::filesystem::path& data_directory,
                                const TlsFiles& files) {
  Config config = tls_config(data_directory, files);
  config.tls.verify = TlsConfig::Verify::kPeer;
  config.tls.fail_if_no_peer_certificate = true;
  return config;
}

}  // namespace coney::test
