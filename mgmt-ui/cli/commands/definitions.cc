#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "broker/transport/file_descriptor.h"
#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/cli/command/json_argument.h"
#include "mgmt-ui/cli/command/waiting.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kExportOptions[] = {{"format"}};
constexpr Option kImportOptions[] = {
    {"format"}, {"skip-if-unchanged", 0, Option::Kind::kFlag}, {"check", 0, Option::Kind::kFlag}};

std::string definitions_path(const Context& context) {
  if (!context.arguments.has("vhost")) return "/api/definitions";
  return api_path({"definitions", context.vhost()});
}

// There are password hashes in it: for the owner's eyes alone.
Outcome write_file(const std::string& path, std::string_view text) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  std::size_t written = 0;
  while (file && written != text.size()) {
    const ssize_t count = ::write(file.get(), text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    written += static_cast<std::size_t>(count);
  }
  if (!file || written != text.size() || ::fsync(file.get()) != 0) {
    return error(ExitCode::kCannotCreate,
                 fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
  return Done{};
}

Outcome export_definitions(Context& context) {
  Waiting waiting(context.progress, "Exporting definitions", context.interactive);
  auto reply = context.node.send({.target = definitions_path(context)});
  if (!reply) return reply.error();
  const std::string& path = context.argument(0);
  if (path == "-") return Document{json::parse(reply->body), reply->body};
  return write_file(path, reply->body);
}

Result<std::string> read_all(Context& context) {
  if (context.count() == 0 || context.argument(0) == "-") {
    return std::string(std::istreambuf_iterator<char>(context.input), {});
  }
  const std::string& path = context.argument(0);
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file.is_open() || file.bad()) {
    return error(ExitCode::kNoInput, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  return text;
}

// All of it, or nothing when there is a fault in it.
Outcome import_definitions(Context& context) {
  auto text = read_all(context);
  if (!text) return text.error();
  const bool check = context.arguments.has("check");
  Waiting waiting(context.progress,
                  fmt::format("Importing {:.1f} MB", static_cast<double>(text->size()) / 1e6),
                  context.interactive);
  auto reply =
      context.node.send({.method = "POST",
                         .target = definitions_path(context) + (check ? "?dry_run=true" : ""),
                         .body = std::move(*text),
                         .headers = {{"content-type", "application/json"}}});
  if (!reply) {
    Failure failure = reply.error();
    if (failure.code == ExitCode::kUnavailable) failure.code = ExitCode::kDataError;
    return failure;
  }
  if (check) return Message{reply->body};
  return Message{"Successfully imported the definitions"};
}

std::optional<std::string> check_format(const Arguments& arguments) {
  const std::string format = arguments.text_or("format", "json");
  if (format == "json" || format == "JSON") return std::nullopt;
  return fmt::format("definitions are JSON, not {}", format);
}

std::string announce_export(const Context& context) {
  if (context.argument(0) == "-") return "";
  return fmt::format("Exporting definitions in JSON to a file at \"{}\" ...", context.argument(0));
}
std::string announce_import(const Context& context) {
  if (context.count() == 0 || context.argument(0) == "-") {
    return "Importing definitions in JSON from standard input ...";
  }
  return fmt::format("Importing definitions in JSON from a file at \"{}\" ...",
                     context.argument(0));
}

constexpr Command kCommands[] = {
    {.name = "export_definitions",
     .usage = "<file_path | \"-\"> [--vhost <vhost>] [--format <json | erlang>] "
              "[--timeout <timeout>]",
     .help = "Writes the definitions of the node, or of a virtual host, to a file or the output",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = export_definitions,
     .announce = announce_export,
     .options = kExportOptions,
     .check = check_format,
     .timeout = 600},
    {.name = "import_definitions",
     .usage = "[<file_path | \"-\">] [--vhost <vhost>] [--check] [--format <json | erlang>] "
              "[--skip-if-unchanged] [--timeout <timeout>]",
     .help = "Adds the definitions of a file to the node; --check shows what that would change",
     .max_arguments = 1,
     .run = import_definitions,
     .announce = announce_import,
     .options = kImportOptions,
     .check = check_format,
     .timeout = 600},
};

}  // namespace

std::span<const Command> definition_commands() {
  return kCommands;
}

}  // namespace coney::cli
