#include "mgmt-ui/cli/node/node_place.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include "broker/config/config_loader.h"
#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/api/local/local_address.h"

namespace coney::cli {
namespace {

using management::percent_decode;

std::string variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

Result<std::string> read_password(const std::string& path, std::istream& input) {
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream& source = path == "-" ? input : file;
  std::string password;
  if (!std::getline(source, password)) {
    return error(ExitCode::kNoInput, "cannot read a password from " + path);
  }
  return password;
}

bool take_credentials(std::string_view text, RemotePlace& place) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  auto user = percent_decode(text.substr(0, colon), false);
  auto password = percent_decode(text.substr(std::min(colon + 1, text.size())), false);
  if (!user || !password) return false;
  place.user = std::move(*user);
  place.password = std::move(*password);
  return true;
}

// An IPv6 address is in brackets.
bool take_address(std::string_view text, RemotePlace& place) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == text.npos) return false;
  const std::size_t colon = std::min(text.find(':', bracket), text.size());
  place.host = text.substr(0, colon);
  if (bracket != 0) place.host = text.substr(1, bracket - 1);
  place.port = colon < text.size() ? text.substr(colon + 1) : place.tls ? "15671" : "15672";
  return !place.host.empty() && to_integer(place.port);
}

Result<NodePlace> remote_place(const std::string& url, const Arguments& arguments,
                               const Environment& environment, std::istream& input) {
  auto place = parse_url(url);
  if (!place) {
    return error(ExitCode::kUsage,
                 "the node's URL is not valid; expected http(s)://user:password@host:port");
  }
  if (const auto file = arguments.text("password-file")) {
    auto password = read_password(*file, input);
    if (!password) return password.error();
    place->password = std::move(*password);
  } else if (place->password.empty()) {
    place->password = variable(environment, "CONEYCTL_PASSWORD");
  }
  place->ca_file = arguments.text_or("ca-file", "");
  return NodePlace(std::move(*place));
}

NodePlace local_place(const std::string& data_dir, std::string node_name) {
  return LocalPlace{data_dir + "/" + management::kLocalSocketName, std::move(node_name)};
}

// A user who cannot write there has a default of their own; the broker's is the system's all the
// same.
constexpr std::string_view kSystemDirectory = "/var/lib/coney";

std::string likely_directory(std::string configured, const Environment& environment) {
  std::error_code error;
  if (configured != default_data_dir(environment)) return configured;
  if (std::filesystem::exists(configured + "/lock", error)) return configured;
  if (!std::filesystem::is_directory(kSystemDirectory, error)) return configured;
  return std::string(kSystemDirectory);
}

// As the broker finds its own configuration, without the variables that are this program's.
Result<NodePlace> configured_place(const Arguments& arguments, Environment environment) {
  std::erase_if(environment,
                [](const auto& entry) { return entry.first.starts_with("CONEYCTL_"); });
  ConfigSources sources{.file = arguments.text_or("config", ""), .environment = environment};
  const LoadedConfig loaded = load_config(sources);
  if (loaded.ok()) {
    return local_place(likely_directory(loaded.config.data_dir, environment),
                       loaded.config.node_name);
  }
  std::string text = "the broker's configuration cannot be used:";
  for (const Diagnostic& diagnostic : loaded.errors) text += "\n * " + to_string(diagnostic);
  text += "\nName the broker's data directory with --data-dir, or a node with --url.";
  return error(ExitCode::kConfig, text);
}

std::string_view host_of(std::string_view name) {
  const std::size_t at = name.find('@');
  return at == name.npos ? std::string_view() : name.substr(at + 1);
}

}  // namespace

std::optional<RemotePlace> parse_url(std::string_view url) {
  RemotePlace place;
  place.tls = url.starts_with("https://");
  if (!place.tls && !url.starts_with("http://")) return std::nullopt;
  url.remove_prefix(place.tls ? 8 : 7);
  const std::size_t slash = std::min(url.find('/'), url.size());
  place.prefix = url.substr(slash);
  while (place.prefix.ends_with('/')) place.prefix.pop_back();
  std::string_view authority = url.substr(0, slash);
  const std::size_t at = authority.rfind('@');
  if (at != authority.npos) {
    if (!take_credentials(authority.substr(0, at), place)) return std::nullopt;
    authority.remove_prefix(at + 1);
  }
  if (!take_address(authority, place)) return std::nullopt;
  return place;
}

Result<NodePlace> find_node(const Arguments& arguments, const Environment& environment,
                            std::istream& input) {
  if (const auto url = arguments.text("url")) {
    return remote_place(*url, arguments, environment, input);
  }
  if (const auto directory = arguments.text("data-dir")) return local_place(*directory, "");
  const std::string url = variable(environment, "CONEYCTL_URL");
  if (!url.empty()) return remote_place(url, arguments, environment, input);
  return configured_place(arguments, environment);
}

bool is_meant(std::string_view wanted, std::string_view name) {
  if (wanted == name) return true;
  const std::string_view host = host_of(wanted);
  const bool any_host = host.empty() || host == "localhost" || host == "127.0.0.1" ||
                        host.starts_with(std::string(host_of(name)) + ".");
  return any_host && wanted.substr(0, wanted.find('@')) == name.substr(0, name.find('@'));
}

}  // namespace coney::cli
