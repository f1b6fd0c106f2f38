#include "broker/transport/tls_transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "broker/transport/openssl_error.h"
#include "broker/transport/socket_bio.h"
#include "broker/transport/tls_identity.h"

namespace coney {
namespace {

constexpr std::size_t kRecordSize = SSL3_RT_MAX_PLAIN_LENGTH;

// Walks over the buffers of a gathered write and cuts records off the front.
class RecordCutter {
 public:
  explicit RecordCutter(std::span<const iovec> buffers) : buffers_(buffers) { skip_empty(); }

  bool done() const { return buffers_.empty(); }

  // The next min(kRecordSize, rest) bytes: in place when one buffer holds them, else copied to a
  // buffer of this thread that the next call overwrites.
  std::string_view next() const {
    if (buffers_.size() == 1 || front().size() >= kRecordSize) {
      return front().substr(0, kRecordSize);
    }
    static thread_local std::array<char, kRecordSize> record;
    std::size_t size = front().copy(record.data(), kRecordSize);
    for (std::size_t i = 1; i < buffers_.size() && size < kRecordSize; ++i) {
      size += view(buffers_[i]).copy(record.data() + size, kRecordSize - size);
    }
    return {record.data(), size};
  }

  void consume(std::size_t bytes) {
    while (!done() && bytes >= front().size()) {
      bytes -= front().size();
      buffers_ = buffers_.subspan(1);
      offset_ = 0;
    }
    offset_ += bytes;
    skip_empty();
  }

 private:
  static std::string_view view(const iovec& buffer) {
    return {static_cast<const char*>(buffer.iov_base), buffer.iov_len};
  }

  std::string_view front() const { return view(buffers_.front()).substr(offset_); }

  void skip_empty() {
    while (!done() && front().empty()) {
      buffers_ = buffers_.subspan(1);
      offset_ = 0;
    }
  }

  std::span<const iovec> buffers_;
  std::size_t offset_ = 0;  // into the first buffer
};

}  // namespace

void TlsTransport::Free::operator()(SSL* session) const {
  SSL_free(session);
}

TlsTransport::TlsTransport(FileDescriptor socket, const TlsContext& context)
    : socket_(std::move(socket)) {
  session_.reset(SSL_new(context.native()));
  BIO* bio = session_ ? new_socket_bio(fd()) : nullptr;
  if (bio == nullptr) {
    session_.reset();
    return;
  }
  SSL_set_bio(session_.get(), bio, bio);
  SSL_set_accept_state(session_.get());
}

TlsTransport::~TlsTransport() = default;

IoResult TlsTransport::handshake() {
  if (!session_ || broken_) return {IoStatus::kError, 0, "no TLS session"};
  if (identity_) return {};
  ERR_clear_error();
  int result = SSL_do_handshake(session_.get());
  if (result != 1) return outcome(result);
  identity_ = std::make_unique<PeerIdentity>(identity_of(session_.get()));
  pending_ = SSL_has_pending(session_.get()) == 1;
  return {};
}

// One record is at most 16 KiB, so several are read while there are more and `into` has room.
IoResult TlsTransport::read(std::span<char> into) {
  pending_ = false;
  if (later_.status != IoStatus::kOk) return later_;
  IoResult total = read_record(into);
  if (total.status != IoStatus::kOk) return total;
  bool more = SSL_has_pending(session_.get()) == 1;
  while (more && total.bytes < into.size()) {
    IoResult next = read_record(into.subspan(total.bytes));
    total.bytes += next.bytes;
    more = next.status == IoStatus::kOk && SSL_has_pending(session_.get()) == 1;
    if (next.status == IoStatus::kEof || next.status == IoStatus::kError) later_ = std::move(next);
  }
  pending_ = more || later_.status != IoStatus::kOk;
  return total;
}

IoResult TlsTransport::read_record(std::span<char> into) {
  if (broken_) return {IoStatus::kError, 0, "the TLS session is broken"};
  ERR_clear_error();
  std::size_t count = 0;
  int result = SSL_read_ex(session_.get(), into.data(), into.size(), &count);
  return result == 1 ? IoResult{IoStatus::kOk, count, {}} : outcome(result);
}

IoResult TlsTransport::write(std::span<const iovec> from) {
  RecordCutter cutter(from);
  IoResult total;
  while (!cutter.done() && total.status == IoStatus::kOk) {
    IoResult next = write_record(cutter.next());
    cutter.consume(next.bytes);
    total.bytes += next.bytes;
    total.status = next.status;
    total.error = std::move(next.error);
  }
  return total;
}

IoResult TlsTransport::write_record(std::string_view record) {
  if (broken_) return {IoStatus::kError, 0, "the TLS session is broken"};
  ERR_clear_error();
  std::size_t count = 0;
  int result = SSL_write_ex(session_.get(), record.data(), record.size(), &count);
  return result == 1 ? IoResult{IoStatus::kOk, count, {}} : outcome(result);
}

// Turns the result of a call that did not succeed into ours.
IoResult TlsTransport::outcome(int result) {
  int error = errno;
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {IoStatus::kWantRead, 0, {}};
    case SSL_ERROR_WANT_WRITE:
      return {IoStatus::kWantWrite, 0, {}};
    case SSL_ERROR_ZERO_RETURN:
      return {IoStatus::kEof, 0, {}};
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      ERR_clear_error();
      return {IoStatus::kError, 0, std::system_category().message(error)};
    default:
      broken_ = true;
      return {IoStatus::kError, 0, "TLS: " + failure_reason()};
  }
}

std::string TlsTransport::failure_reason() const {
  std::string reason = take_openssl_error();
  long verified = SSL_get_verify_result(session_.get());
  if (verified == X509_V_OK) return reason;
  return std::string("certificate verify failed: ") + X509_verify_cert_error_string(verified);
}

void TlsTransport::shut_down() {
  if (session_ && identity_ && !broken_) {
    ERR_clear_error();
    SSL_shutdown(session_.get());
    ERR_clear_error();
  }
  ::shutdown(fd(), SHUT_WR);
}

}  // namespace coney
