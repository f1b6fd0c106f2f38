// What a running broker takes anew: certificates when their files change, and, on SIGHUP, these and
// the log file.

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <iterator>

#include "tests/integration/becomes_true.h"
#include "tests/integration/client.h"
#include "tests/integration/tls_broker.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

class Reload : public testing::Test {
 protected:
  Config config() const {
    Config config = tls_config(directory_ / "data", files_);
    config.log.file = log_file();
    return config;
  }
  std::string log_file() const { return directory_ / "coney.log"; }

  static std::string text_of(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  bool log_says(const std::string& text) const {
    return becomes_true([&] { return text_of(log_file()).find(text) != std::string::npos; });
  }
  static std::string server_name(const BrokerProcess& broker) {
    return TlsStream(broker.port(kTlsListener)).server_name();
  }
  void replace_certificate(const Identity& identity) {
    files_.directory.write("server.key", identity.key_pem());
    files_.directory.write("server.pem", identity.certificate_pem());
  }

  coney::TemporaryDirectory directory_;
  TlsFiles files_;
  Identity renewed_ = make_identity("renewed", &files_.authority);
};

TEST_F(Reload, ChangedCertificatesAreServedWithoutBeingAskedFor) {
  BrokerProcess broker(config());
  Client before(std::make_unique<TlsStream>(broker.port(kTlsListener)));
  EXPECT_EQ(server_name(broker), "localhost");
  replace_certificate(renewed_);
  EXPECT_TRUE(becomes_true([&] { return server_name(broker) == "renewed"; }));
  before.declare("q");  // goes on
  Client after(std::make_unique<TlsStream>(broker.port(kTlsListener)));
}

TEST_F(Reload, SighupTakesChangedCertificates) {
  BrokerProcess broker(config());
  replace_certificate(renewed_);
  broker.signal(SIGHUP);
  EXPECT_TRUE(log_says("TLS certificates loaded again"));
  EXPECT_EQ(server_name(broker), "renewed");
}

TEST_F(Reload, OldCertificateStaysWhenTheNewOneIsBroken) {
  BrokerProcess broker(config());
  files_.directory.write("server.pem", "this is not a certificate");
  broker.signal(SIGHUP);
  EXPECT_TRUE(log_says("TLS certificates not loaded again, the old ones stay: "));
  EXPECT_EQ(server_name(broker), "localhost");
  Client served(std::make_unique<TlsStream>(broker.port(kTlsListener)));
  replace_certificate(renewed_);
  broker.signal(SIGHUP);
  EXPECT_TRUE(log_says("TLS certificates loaded again"));
  EXPECT_EQ(server_name(broker), "renewed");
}

TEST_F(Reload, OldCertificateStaysWhenTheKeyIsAnothers) {
  BrokerProcess broker(config());
  files_.directory.write("server.key", renewed_.key_pem());
  broker.signal(SIGHUP);
  EXPECT_TRUE(log_says("TLS certificates not loaded again, the old ones stay: "));
  EXPECT_EQ(server_name(broker), "localhost");
}

TEST_F(Reload, SighupOpensTheLogAnew) {
  BrokerProcess broker(config());
  ASSERT_TRUE(log_says("ready"));
  const std::string rotated = log_file() + ".1";
  std::filesystem::rename(log_file(), rotated);
  { Client client(broker.port()); }
  EXPECT_TRUE(
      becomes_true([&] { return text_of(rotated).find("user 'guest'") != text_of("").npos; }));
  EXPECT_FALSE(std::filesystem::exists(log_file()));
  broker.signal(SIGHUP);
  EXPECT_TRUE(becomes_true([&] { return std::filesystem::exists(log_file()); }));
  { Client client(broker.port()); }
  EXPECT_TRUE(log_says("user 'guest'"));
  EXPECT_EQ(text_of(log_file()).find("ready"), std::string::npos);
  broker.signal(SIGTERM);
  EXPECT_EQ(broker.wait(), 0);
}

// As when the directory's rights have changed: the broker goes on with the file that it has.
TEST_F(Reload, LogThatCannotBeOpenedAnewStays) {
  Config elsewhere = config();
  std::filesystem::create_directory(directory_ / "logs");
  elsewhere.log.file = directory_ / "logs" / "coney.log";
  BrokerProcess broker(elsewhere);
  const std::string moved = directory_ / "moved";
  std::filesystem::rename(directory_ / "logs", moved);
  std::ofstream(directory_ / "logs") << "a file in the directory's place";
  broker.signal(SIGHUP);
  const auto logged = [&](const std::string& text) {
    return becomes_true(
        [&] { return text_of(moved + "/coney.log").find(text) != std::string::npos; });
  };
  EXPECT_TRUE(logged("warning"));
  { Client client(broker.port()); }
  EXPECT_TRUE(logged("user 'guest'"));
}

}  // namespace
}  // namespace coney::test
