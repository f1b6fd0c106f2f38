#include "broker/transport/tls_context.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "broker/transport/tls_credentials.h"
#include "tests/unit/broker/transport/loopback.h"
#include "tests/unit/broker/transport/tls_peer.h"

namespace coney {
namespace {

using namespace test;

std::string reason(const TlsOptions& options) {
  auto context = TlsContext::load(options);
  return context ? "" : context.error().reason;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(TlsContext, LoadsItsFiles) {
  TlsFiles files;
  EXPECT_EQ(reason(files.options), "");
  auto left = files.context()->certificate_expiry() - std::chrono::system_clock::now();
  EXPECT_GT(left, std::chrono::hours(23));
  EXPECT_LE(left, std::chrono::hours(24));
}

TEST(TlsContext, TheKeyMayBeInTheCertificateFile) {
  TlsFiles files;
  files.directory.write("server.pem", files.server.certificate_pem() + files.server.key_pem());
  files.options.key_file.clear();
  EXPECT_EQ(reason(files.options), "");
}

TEST(TlsContext, AMissingFileIsNamed) {
  for (auto file :
       {&TlsOptions::certificate_file, &TlsOptions::key_file, &TlsOptions::ca_certificate_file}) {
    TlsFiles files;
    files.options.*file = files.directory.path("missing.pem");
    EXPECT_TRUE(contains(reason(files.options), files.directory.path("missing.pem")));
    EXPECT_TRUE(contains(reason(files.options), "No such file")) << reason(files.options);
  }
}

TEST(TlsContext, ABrokenFileIsNamed) {
  for (const char* file : {"server.pem", "server.key", "ca.pem"}) {
    TlsFiles files;
    std::string path = files.directory.write(file, "not a PEM file");
    EXPECT_TRUE(contains(reason(files.options), path)) << file;
  }
}

TEST(TlsContext, AKeyOfAnotherCertificateIsRefused) {
  TlsFiles files;
  files.directory.write("server.key", files.authority.key_pem());
  EXPECT_TRUE(contains(reason(files.options), "key values mismatch")) << reason(files.options);
}

TEST(TlsContext, AnEncryptedKeyNeedsItsPassword) {
  TlsFiles files;
  files.directory.write("server.key", files.server.key_pem("open sesame"));
  files.options.key_password = "open sesame";
  EXPECT_EQ(reason(files.options), "");
  for (std::string password : {"", "open barley"}) {
    files.options.key_password = password;
    EXPECT_TRUE(contains(reason(files.options), files.options.key_file));
    EXPECT_FALSE(contains(reason(files.options), "open"));
  }
}

TEST(TlsContext, NamesUnknownVersionsAndCiphers) {
  TlsFiles files;
  files.options.versions = {"tlsv1.2", "tlsv1.4"};
  EXPECT_EQ(reason(files.options), "unknown TLS version 'tlsv1.4'");
  files.options.versions = {};
  EXPECT_EQ(reason(files.options), "the TLS versions and ciphers leave nothing to offer");
  files.options.versions = {"tlsv1.2"};
  files.options.ciphers = {"ECDHE-ECDSA-AES256-GCM-SHA384", "ROT-13"};
  EXPECT_EQ(reason(files.options), "unknown TLS cipher suite 'ROT-13'");
  files.options.ciphers = {"TLS_AES_256_GCM_SHA384"};
  EXPECT_EQ(reason(files.options), "the TLS versions and ciphers leave nothing to offer");
}

TEST(TlsContext, RefusesRulesThatCannotHold) {
  TlsFiles files;
  files.options.fail_if_no_peer_certificate = true;
  EXPECT_EQ(reason(files.options), "fail_if_no_peer_cert needs verify_peer");
  files.options.verify_peer = true;
  files.options.ca_certificate_file.clear();
  EXPECT_EQ(reason(files.options), "verify_peer needs a file of CA certificates");
  EXPECT_EQ(reason({}), "TLS needs a certificate file");
}

// The serial number of the certificate that a new session of the context shows.
std::string served_serial(const TlsContext& context) {
  SocketPair pair = connected_pair();
  TlsTransport server(std::move(pair.server), context);
  TlsClient client(std::move(pair.client));
  EXPECT_EQ(shake_hands(server, client).status, IoStatus::kOk);
  X509* certificate = SSL_get1_peer_certificate(client.native());
  long serial = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
  X509_free(certificate);
  return std::to_string(serial);
}

std::string serial_of(const Identity& identity) {
  return std::to_string(ASN1_INTEGER_get(X509_get0_serialNumber(identity.certificate.get())));
}

struct Credentials {
  TlsFiles files;
  std::unique_ptr<TlsCredentials> credentials =
      std::move(TlsCredentials::open(files.options)).value();

  void replace(const Identity& identity) {
    files.directory.write("server.pem", identity.certificate_pem());
    files.directory.write("server.key", identity.key_pem());
  }
};

TEST(TlsCredentials, OpenFailsWithTheReason) {
  TlsOptions options;
  options.certificate_file = "/nonexistent/server.pem";
  auto credentials = TlsCredentials::open(options);
  ASSERT_FALSE(credentials);
  EXPECT_TRUE(contains(credentials.error().reason, "/nonexistent/server.pem"));
}

TEST(TlsCredentials, NothingChangedNothingLoaded) {
  Credentials test;
  auto before = test.credentials->current();
  EXPECT_EQ(test.credentials->reload_if_changed().outcome, TlsReload::kUnchanged);
  EXPECT_EQ(test.credentials->current(), before);
}

TEST(TlsCredentials, NewSessionsShowTheNewCertificate) {
  Credentials test;
  EXPECT_EQ(served_serial(*test.credentials->current()), serial_of(test.files.server));
  Identity renewed = make_identity("localhost", &test.files.authority);
  test.replace(renewed);
  TlsReloadResult result = test.credentials->reload_if_changed();
  EXPECT_EQ(result.outcome, TlsReload::kReloaded) << result.reason;
  EXPECT_EQ(served_serial(*test.credentials->current()), serial_of(renewed));
  EXPECT_EQ(test.credentials->reload_if_changed().outcome, TlsReload::kUnchanged);
}

TEST(TlsCredentials, OldSessionsGoOn) {
  Credentials test;
  SocketPair pair = connected_pair();
  TlsTransport server(std::move(pair.server), *test.credentials->current());
  TlsClient client(std::move(pair.client));
  test.replace(make_identity("localhost", &test.files.authority));
  ASSERT_EQ(test.credentials->reload_if_changed().outcome, TlsReload::kReloaded);
  EXPECT_EQ(shake_hands(server, client).status, IoStatus::kOk);
}

TEST(TlsCredentials, ABrokenFileKeepsTheOldContextAndIsToldOnce) {
  for (const char* file : {"server.pem", "server.key", "ca.pem"}) {
    Credentials test;
    test.files.directory.write(file, "half a file");
    TlsReloadResult result = test.credentials->reload_if_changed();
    EXPECT_EQ(result.outcome, TlsReload::kFailed);
    EXPECT_TRUE(contains(result.reason, test.files.directory.path(file))) << result.reason;
    EXPECT_EQ(test.credentials->reload_if_changed().outcome, TlsReload::kUnchanged);
    EXPECT_EQ(served_serial(*test.credentials->current()), serial_of(test.files.server));
  }
}

TEST(TlsCredentials, ACertificateWithoutItsKeyYetWaitsForIt) {
  Credentials test;
  Identity renewed = make_identity("localhost", &test.files.authority);
  test.files.directory.write("server.pem", renewed.certificate_pem());
  EXPECT_EQ(test.credentials->reload_if_changed().outcome, TlsReload::kFailed);
  test.files.directory.write("server.key", renewed.key_pem());
  EXPECT_EQ(test.credentials->reload_if_changed().outcome, TlsReload::kReloaded);
  EXPECT_EQ(served_serial(*test.credentials->current()), serial_of(renewed));
}

// Meant for the thread sanitizer: shards take the context while the timer replaces it.
TEST(TlsCredentials, ShardsTakeTheContextWhileItIsReplaced) {
  Credentials test;
  std::atomic<bool> done = false;
  std::vector<std::thread> shards;
  for (int i = 0; i < 3; ++i) {
    shards.emplace_back([&] {
      while (!done) EXPECT_NE(TlsTransport(FileDescriptor(), *test.credentials->current()).fd(), 0);
    });
  }
  for (int i = 0; i < 10; ++i) {
    Identity renewed = make_identity("localhost", &test.files.authority);
    test.files.directory.write("server.pem", renewed.certificate_pem() + renewed.key_pem());
    test.files.directory.write("server.key", renewed.key_pem());
    EXPECT_EQ(test.credentials->reload_if_changed().outcome, TlsReload::kReloaded);
  }
  done = true;
  for (std::thread& shard : shards) shard.join();
}

TEST(TlsCredentials, ADeletedFileKeepsTheOldContext) {
  Credentials test;
  std::filesystem::remove(test.files.options.certificate_file);
  EXPECT_EQ(test.credentials->reload_if_changed().outcome, TlsReload::kFailed);
  EXPECT_EQ(served_serial(*test.credentials->current()), serial_of(test.files.server));
}

TEST(TlsCredentials, FollowsALinkThatIsMoved) {
  TlsFiles files;
  Identity renewed = make_identity("localhost", &files.authority);
  std::string first =
      files.directory.write("first.pem", files.server.certificate_pem() + files.server.key_pem());
  std::string second =
      files.directory.write("second.pem", renewed.certificate_pem() + renewed.key_pem());
  std::string link = files.directory.path("link.pem");
  std::filesystem::create_symlink(first, link);
  files.options.certificate_file = files.options.key_file = link;
  auto credentials = std::move(TlsCredentials::open(files.options)).value();
  std::filesystem::remove(link);
  std::filesystem::create_symlink(second, link);
  EXPECT_EQ(credentials->reload_if_changed().outcome, TlsReload::kReloaded);
  EXPECT_EQ(served_serial(*credentials->current()), serial_of(renewed));
}

}  // namespace
}  // namespace coney
