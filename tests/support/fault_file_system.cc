#include "tests/support/fault_file_system.h"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace coney {

namespace fs = std::filesystem;

class FaultFile : public File {
 public:
  FaultFile(FaultFileSystem& system, fs::path path,
            std::shared_ptr<FaultFileSystem::Content> content)
      : system_(system),
        path_(std::move(path)),
        content_(std::move(content)),
        life_(system.life_) {}

  StorageResult<void> write_at(std::uint64_t offset,
                               std::span<const std::string_view> pieces) override {
    system_.take_time();
    std::lock_guard lock(system_.mutex_);
    std::string all;
    for (std::string_view piece : pieces) all += piece;
    if (auto error = refuse(FaultFileSystem::Kind::kWrite)) {
      if (!is_dead() && error->code == StorageErrorCode::kNoSpace && system_.short_write_now()) {
        content_->write(offset, std::string_view(all).substr(0, all.size() / 2));
      }
      return *error;
    }
    content_->write(offset, all);
    return {};
  }

  StorageResult<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    system_.take_time();
    std::lock_guard lock(system_.mutex_);
    if (auto error = refuse(FaultFileSystem::Kind::kRead)) return *error;
    if (offset >= content_->written.size()) return std::size_t{0};
    return content_->written.copy(into.data(), into.size(), offset);
  }

  StorageResult<void> sync() override {
    system_.take_time();
    std::unique_lock lock(system_.mutex_);
    if (system_.holds(path_)) {
      ++system_.held_;
      system_.sync_changed_.notify_all();
      system_.sync_changed_.wait(lock, [&] { return !system_.holds(path_); });
      --system_.held_;
    }
    if (auto error = refuse(FaultFileSystem::Kind::kSync)) {
      if (!system_.stopped_) content_->dirty.clear();  // never to be written
      return *error;
    }
    for (std::uint64_t page : content_->dirty) content_->make_safe(page);
    content_->safe.resize(content_->written.size());
    content_->dirty.clear();
    ++system_.syncs_;
    return {};
  }

  StorageResult<void> write_out(std::uint64_t, std::uint64_t) override {
    std::lock_guard lock(system_.mutex_);
    auto error = refuse(FaultFileSystem::Kind::kSync);
    if (!error) return {};
    if (!system_.stopped_) content_->dirty.clear();
    return *error;
  }

  StorageResult<void> allocate(std::uint64_t bytes) override {
    std::lock_guard lock(system_.mutex_);
    if (auto error = refuse(FaultFileSystem::Kind::kWrite)) return *error;
    if (bytes > content_->written.size()) content_->resize(bytes);
    return {};
  }

  StorageResult<void> truncate(std::uint64_t size) override {
    std::lock_guard lock(system_.mutex_);
    if (auto error = refuse(FaultFileSystem::Kind::kWrite)) return *error;
    content_->resize(size);
    return {};
  }

  StorageResult<std::uint64_t> size() override {
    std::lock_guard lock(system_.mutex_);
    if (auto error = refuse(FaultFileSystem::Kind::kRead)) return *error;
    return content_->written.size();
  }

 private:
  bool is_dead() const { return life_ != system_.life_ || system_.stopped_; }
  std::optional<StorageError> refuse(FaultFileSystem::Kind kind) {
    if (life_ != system_.life_) {
      return StorageError{StorageErrorCode::kIo, path_.string() + ": opened before the crash"};
    }
    return system_.refuse(kind, path_);
  }

  FaultFileSystem& system_;
  fs::path path_;
  std::shared_ptr<FaultFileSystem::Content> content_;
  std::uint64_t life_;
};

FaultFileSystem::FaultFileSystem() = default;
FaultFileSystem::~FaultFileSystem() = default;

// --- content -------------------------------------------------------------------------------------

void FaultFileSystem::Content::write(std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  if (written.size() < offset + bytes.size()) resize(offset + bytes.size());
  written.replace(offset, bytes.size(), bytes);
  for (std::uint64_t page = offset / kPage; page * kPage < offset + bytes.size(); ++page) {
    dirty.insert(page);
  }
}

void FaultFileSystem::Content::make_safe(std::uint64_t page) {
  std::uint64_t from = page * kPage;
  if (from >= written.size()) return;
  std::uint64_t bytes = std::min<std::uint64_t>(kPage, written.size() - from);
  if (safe.size() < from + bytes) safe.resize(from + bytes);
  safe.replace(from, bytes, written, from, bytes);
}

void FaultFileSystem::Content::resize(std::uint64_t size) {
  std::uint64_t from = std::min<std::uint64_t>(written.size(), size);
  std::uint64_t to = std::max<std::uint64_t>(written.size(), size);
  written.resize(size);
  for (std::uint64_t page = from / kPage; page * kPage < to; ++page) dirty.insert(page);
}

void FaultFileSystem::Directory::change(Change change) {
  for (auto& [name, content] : change.names) {
    if (content) {
      now[name] = content;
    } else {
      now.erase(name);
    }
  }
  unsynced.push_back(std::move(change));
}

// --- what goes wrong -----------------------------------------------------------------------------

std::uint64_t FaultFileSystem::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

void FaultFileSystem::fail_once(std::uint64_t operation, Fault fault) {
  std::lock_guard lock(mutex_);
  plan_ = Plan{operation, operation, fault};
}

void FaultFileSystem::fail_from(std::uint64_t operation, Fault fault) {
  std::lock_guard lock(mutex_);
  plan_ = Plan{operation, std::numeric_limits<std::uint64_t>::max(), fault};
}

void FaultFileSystem::fail_writes(Fault fault) {
  std::lock_guard lock(mutex_);
  write_fault_ = fault;
}

void FaultFileSystem::fail_syncs() {
  std::lock_guard lock(mutex_);
  sync_fault_ = true;
}

void FaultFileSystem::heal() {
  std::lock_guard lock(mutex_);
  plan_.reset();
  write_fault_.reset();
  sync_fault_ = false;
}

std::uint64_t FaultFileSystem::faults() const {
  std::lock_guard lock(mutex_);
  return faults_;
}

void FaultFileSystem::take_time() {
  const auto most = static_cast<std::uint32_t>(slowest_.load());
  thread_local std::mt19937 random(std::random_device{}());
  if (most == 0 || random() % 4 != 0) return;
  std::this_thread::sleep_for(std::chrono::microseconds(random() % most));
}

std::optional<StorageError> FaultFileSystem::refuse(Kind kind, const fs::path& path) {
  if (stopped_) return StorageError{StorageErrorCode::kIo, path.string() + ": it has stopped"};
  std::uint64_t number = operations_++;
  std::optional<Fault> fault;
  if (plan_ && number >= plan_->from && number <= plan_->to) fault = plan_->fault;
  if (write_fault_ && kind == Kind::kWrite) fault = write_fault_;
  if (sync_fault_ && kind == Kind::kSync) fault = Fault::kIo;
  if (fault == Fault::kNoSpace && kind == Kind::kRead) fault.reset();
  if (fault == Fault::kShortWrite && kind != Kind::kWrite) fault.reset();
  if (!fault) return std::nullopt;
  ++faults_;
  if (fault == Fault::kIo) return StorageError{StorageErrorCode::kIo, path.string() + ": failed"};
  return StorageError{StorageErrorCode::kNoSpace, path.string() + ": no space"};
}

bool FaultFileSystem::short_write_now() {
  return (plan_ && plan_->fault == Fault::kShortWrite) || write_fault_ == Fault::kShortWrite;
}

// --- what is forgotten ---------------------------------------------------------------------------

void FaultFileSystem::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

void FaultFileSystem::drop_unsynced(std::uint64_t seed) {
  heal();
  std::lock_guard lock(mutex_);
  stopped_ = false;
  ++life_;
  std::mt19937_64 random(seed);
  std::set<Content*> done;
  for (auto& [path, directory] : directories_) {
    std::size_t kept = seed == 0 ? 0 : random() % (directory.unsynced.size() + 1);
    directory.unsynced.resize(kept);
    directory.now = directory.safe;
    for (Change& change : std::exchange(directory.unsynced, {})) directory.change(change);
    directory.unsynced.clear();
    directory.safe = directory.now;
    for (auto& [name, content] : directory.now) {
      if (!done.insert(content.get()).second) continue;
      for (std::uint64_t page : content->dirty) {
        if (seed != 0 && random() % 2 == 0) content->make_safe(page);
      }
      content->dirty.clear();
      content->written = content->safe;
    }
  }
}

void FaultFileSystem::end_process() {
  heal();
  std::lock_guard lock(mutex_);
  stopped_ = false;
  ++life_;
}

void FaultFileSystem::flip_bit(const fs::path& path, std::uint64_t bit) {
  std::lock_guard lock(mutex_);
  Content& content = *directory_of(path).now.at(path.filename());
  auto flip = [bit](std::string& bytes) {
    if (bit / 8 < bytes.size()) bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  };
  flip(content.written);
  flip(content.safe);
}

// --- what can be looked at -----------------------------------------------------------------------

void FaultFileSystem::hold_syncs(std::string name) {
  std::lock_guard lock(mutex_);
  hold_syncs_ = std::move(name);
}

void FaultFileSystem::release_syncs() {
  std::lock_guard lock(mutex_);
  hold_syncs_.reset();
  sync_changed_.notify_all();
}

void FaultFileSystem::wait_for_held_sync() {
  std::unique_lock lock(mutex_);
  sync_changed_.wait(lock, [&] { return held_ != 0; });
}

std::uint64_t FaultFileSystem::syncs() const {
  std::lock_guard lock(mutex_);
  return syncs_;
}

std::string FaultFileSystem::content(const fs::path& path) const {
  std::lock_guard lock(mutex_);
  return directories_.at(path.parent_path()).now.at(path.filename())->written;
}

std::uint64_t FaultFileSystem::total_bytes() const {
  std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& [path, directory] : directories_) {
    for (const auto& [name, content] : directory.now) bytes += content->written.size();
  }
  return bytes;
}

// --- FileSystem ----------------------------------------------------------------------------------

FaultFileSystem::Directory& FaultFileSystem::directory_of(const fs::path& path) {
  return directories_[path.parent_path().string()];
}

StorageResult<std::unique_ptr<File>> FaultFileSystem::open(const fs::path& path, OpenMode mode) {
  std::lock_guard lock(mutex_);
  bool creates = mode == OpenMode::kCreate;
  if (auto error = refuse(creates ? Kind::kName : Kind::kRead, path)) return *error;
  Directory& directory = directory_of(path);
  std::string name = path.filename().string();
  auto found = directory.now.find(name);
  if (found == directory.now.end()) {
    if (!creates) {
      return StorageError{StorageErrorCode::kCannotOpen, path.string() + ": no such file"};
    }
    directory.change({{{name, std::make_shared<Content>()}}});
    found = directory.now.find(name);
  }
  return std::unique_ptr<File>(std::make_unique<FaultFile>(*this, path, found->second));
}

StorageResult<std::vector<std::string>> FaultFileSystem::list(const fs::path& directory) {
  std::lock_guard lock(mutex_);
  if (auto error = refuse(Kind::kRead, directory)) return *error;
  std::vector<std::string> names;
  for (const auto& [name, content] : directories_[directory.string()].now) names.push_back(name);
  return names;
}

StorageResult<void> FaultFileSystem::make_directory(const fs::path& path) {
  std::lock_guard lock(mutex_);
  if (auto error = refuse(Kind::kName, path)) return *error;
  directories_[path.string()];
  return {};
}

StorageResult<void> FaultFileSystem::rename(const fs::path& from, const fs::path& to) {
  std::lock_guard lock(mutex_);
  if (auto error = refuse(Kind::kName, from)) return *error;
  Directory& directory = directory_of(from);
  auto found = directory.now.find(from.filename().string());
  if (found == directory.now.end()) {
    return StorageError{StorageErrorCode::kCannotOpen, from.string() + ": no such file"};
  }
  auto content = found->second;
  directory.change({{{from.filename().string(), nullptr}, {to.filename().string(), content}}});
  return {};
}

StorageResult<void> FaultFileSystem::remove(const fs::path& path) {
  std::lock_guard lock(mutex_);
  if (auto error = refuse(Kind::kName, path)) return *error;
  Directory& directory = directory_of(path);
  if (directory.now.contains(path.filename().string())) {
    directory.change({{{path.filename().string(), nullptr}}});
  }
  return {};
}

StorageResult<void> FaultFileSystem::sync_directory(const fs::path& directory) {
  std::lock_guard lock(mutex_);
  if (auto error = refuse(Kind::kSync, directory)) return *error;
  Directory& found = directories_[directory.string()];
  found.safe = found.now;
  found.unsynced.clear();
  return {};
}

StorageResult<std::uint64_t> FaultFileSystem::free_bytes(const fs::path& path) {
  std::lock_guard lock(mutex_);
  if (auto error = refuse(Kind::kRead, path)) return *error;
  return write_fault_ ? 0 : std::uint64_t{1} << 40;
}

}  // namespace coney
