#include "broker/config/keys/keys.h"
#include "broker/config/keys/setting.h"

namespace coney {
namespace {

using namespace setting;

log::Level level(const Value& value) {
  return static_cast<log::Level>(value.choice);
}

template <log::Category category>
void set_level(Draft& draft, const Name&, const Value& value) {
  draft.config.log.category_level[static_cast<size_t>(category)] = level(value);
}

void set_log_file(Draft& draft, const Name&, const Value& value) {
  draft.config.log.file = value.text == "false" ? "" : value.text;
}

constexpr ConfigKey kKeys[] = {
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
};

}  // namespace

std::span<const ConfigKey> logging_keys() {
  return kKeys;
}

}  // namespace coney
