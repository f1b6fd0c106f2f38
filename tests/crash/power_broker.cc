#include "tests/crash/power_broker.h"

#include <fstream>
#include <iterator>
#include <thread>

#include "broker/config/config_loader.h"
#include "persistence/data_directory.h"
#include "tests/bench/failure.h"

namespace coney::crash {
namespace {

constexpr std::size_t kPage = 4096;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

PowerBroker::PowerBroker(std::filesystem::path data_directory,
                         const std::vector<std::string>& settings, std::uint64_t seed)
    : data_directory_(std::move(data_directory)), port_(free_port()), random_(seed) {
  LoadedConfig loaded =
      load_config_text("", {.file = "", .environment = {}, .overrides = settings});
  if (!loaded.ok()) throw bench::Failure("{}", loaded.errors.front().message);
  config_ = std::move(loaded.config);
  config_.node_name = config_.cluster_name = "coney@crash";
  config_.data_dir = data_directory_.string();
  config_.tcp_listeners = {{"default", "127.0.0.1", port_}};
  config_.shards = 2;
}

void PowerBroker::make_server() {
  // Small files, so that there is always one that ends, is moved out of or given back.
  StorageOptions storage;
  storage.files = &disk_;
  storage.log_file_bytes = random_() % 2 == 0 ? 1 << 20 : 8 << 20;
  storage.segment_bytes = random_() % 2 == 0 ? 1 << 20 : 8 << 20;
  storage.queue_window = random_() % 2 == 0 ? 1 << 20 : 16 << 20;
  server_.emplace(config_, system_resources(), storage);
}

void PowerBroker::start() {
  power_on();
  make_server();
  if (const auto failure = server_->start()) throw bench::Failure("no start: {}", *failure);
}

void PowerBroker::start_and_kill(std::chrono::milliseconds later) {
  power_on();
  make_server();
  std::thread doom([this, later, seed = loss()] {
    std::this_thread::sleep_for(later);
    disk_.power_off(seed);
  });
  (void)server_->start();  // as far as it comes
  doom.join();
  gone();
}

void PowerBroker::kill() {
  power_off();
}

void PowerBroker::stop() {
  server_.reset();
  power_off();
  remember_marks();  // it has synced them
}

void PowerBroker::save(const std::filesystem::path& directory) {
  std::filesystem::copy(data_directory_, directory, std::filesystem::copy_options::recursive);
  const DataDirectoryPaths from(data_directory_), to(directory);
  disk_.copy(from.wal_path(), to.wal_path());
  disk_.copy(from.segments_path(), to.segments_path());
}

void PowerBroker::gone() {
  server_.reset();
  mix_marks();
}

// Nothing that was not synced stays, or some of it.
std::uint64_t PowerBroker::loss() {
  return random_() % 4 == 0 ? 0 : random_() | 1;
}

void PowerBroker::power_off() {
  disk_.power_off(loss());
}

void PowerBroker::power_on() {
  disk_.power_on();
  remember_marks();
}

void PowerBroker::remember_marks() {
  marks_ = content_of(DataDirectoryPaths(data_directory_).deliveries_path());
}

// Each page as it was written last, or as it was at the start.
void PowerBroker::mix_marks() {
  const auto path = DataDirectoryPaths(data_directory_).deliveries_path();
  std::string now = content_of(path);
  for (std::size_t at = 0; at < now.size() && at < marks_.size(); at += kPage) {
    if (random_() % 2 == 0) now.replace(at, kPage, marks_, at, kPage);
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << now;
}

}  // namespace coney::crash
