#include "tests/crash/process_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <thread>

#include "tests/bench/failure.h"
#include "tests/bench/socket.h"

namespace coney::crash {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool accepts(std::uint16_t port) {
  const bench::Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  return ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace

std::uint16_t free_port() {
  std::random_device random;
  for (int tries = 0; tries < 1000; ++tries) {
    const auto port = static_cast<std::uint16_t>(15'000 + random() % 15'000);
    const bench::Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    const auto* plain = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(socket.fd(), plain, sizeof address) == 0) return port;
  }
  throw bench::Failure("no free port");
}

ProcessBroker::ProcessBroker(std::filesystem::path program, std::filesystem::path data_directory,
                             std::filesystem::path log, std::vector<std::string> settings)
    : program_(std::move(program)),
      data_directory_(std::move(data_directory)),
      log_(std::move(log)),
      settings_(std::move(settings)),
      port_(free_port()) {}

ProcessBroker::~ProcessBroker() {
  if (pid_ >= 0) end(SIGKILL);
}

void ProcessBroker::start() {
  begin();
  await_ready();
}

void ProcessBroker::start_and_kill(std::chrono::milliseconds later) {
  begin();
  std::this_thread::sleep_for(later);
  kill();
}

void ProcessBroker::kill() {
  end(SIGKILL);
}

void ProcessBroker::stop() {
  end(SIGTERM);
}

void ProcessBroker::save(const std::filesystem::path& directory) {
  std::filesystem::copy(data_directory_, directory, std::filesystem::copy_options::recursive);
}

void ProcessBroker::begin() {
  std::vector<std::string> words{program_.string(), "--data-dir", data_directory_.string(), "--set",
                                 fmt::format("listeners.tcp.default=127.0.0.1:{}", port_)};
  for (const std::string& setting : settings_) {
    words.emplace_back("--set");
    words.push_back(setting);
  }
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw bench::Failure("fork: {}", std::strerror(errno));
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

void ProcessBroker::await_ready() {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!accepts(port_)) {
    if (const auto how = ended()) throw bench::Failure("the broker did not start: {}", *how);
    if (std::chrono::steady_clock::now() > until) throw bench::Failure("the broker is not ready");
    std::this_thread::sleep_for(2ms);
  }
}

void ProcessBroker::end(int signal) {
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::optional<std::string> ProcessBroker::ended() {
  int status = 0;
  if (pid_ < 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  return describe(status);
}

}  // namespace coney::crash
