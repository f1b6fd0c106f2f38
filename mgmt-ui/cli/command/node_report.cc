#include "mgmt-ui/cli/command/node_report.h"

#include <fmt/format.h>

#include <cmath>

#include "mgmt-ui/cli/command/columns.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

std::string_view purpose_of(std::string_view protocol) {
  constexpr std::pair<std::string_view, std::string_view> kPurposes[] = {
      {"amqp", "AMQP 0-9-1"},
      {"amqp/ssl", "AMQP 0-9-1 over TLS"},
      {"http", "HTTP API"},
      {"https", "HTTP API over TLS (HTTPS)"},
      {"http/prometheus", "Prometheus exporter API over HTTP"},
  };
  for (const auto& [name, purpose] : kPurposes) {
    if (name == protocol) return purpose;
  }
  return "";
}

std::string interface_of(const std::string& address) {
  return address.find(':') == address.npos ? address : "[" + address + "]";
}

bool by_place(const json::object& one, const json::object& other) {
  return std::pair(text_at(one, "interface"), number_at(one, "port")) <
         std::pair(text_at(other, "interface"), number_at(other, "port"));
}

}  // namespace

json::array to_array(const std::vector<json::object>& rows) {
  json::array array;
  for (const json::object& row : rows) array.push_back(row);
  return array;
}

std::uint64_t number_at(const json::object& row, std::string_view name) {
  const json::value value = field_at(row, name);
  boost::system::error_code error;
  const auto number = value.to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

std::string text_at(const json::object& row, std::string_view name) {
  const json::value value = field_at(row, name);
  return value.is_string() ? std::string(value.get_string()) : "";
}

Result<std::vector<json::object>> get_listeners(Context& context) {
  auto overview = context.node.get("/api/overview?columns=listeners");
  if (!overview) return overview.error();
  std::vector<json::object> listeners;
  const json::value found =
      overview->is_object() ? field_at(overview->get_object(), "listeners") : json::value();
  if (!found.is_array()) return listeners;
  for (const json::value& value : found.get_array()) {
    const json::object& from = value.as_object();
    const std::string protocol = text_at(from, "protocol");
    listeners.push_back({{"node", text_at(from, "node")},
                         {"port", number_at(from, "port")},
                         {"protocol", protocol},
                         {"interface", interface_of(text_at(from, "ip_address"))},
                         {"purpose", purpose_of(protocol)}});
  }
  std::ranges::sort(listeners, by_place);
  return listeners;
}

std::string listener_line(const json::object& listener) {
  return fmt::format("Interface: {}, port: {}, protocol: {}, purpose: {}",
                     text_at(listener, "interface"), number_at(listener, "port"),
                     text_at(listener, "protocol"), text_at(listener, "purpose"));
}

std::string port_list(const std::vector<json::object>& listeners) {
  std::vector<std::uint64_t> ports;
  for (const json::object& listener : listeners) ports.push_back(number_at(listener, "port"));
  std::ranges::sort(ports);
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  return fmt::format("{}", fmt::join(ports, ", "));
}

Result<json::object> get_node_row(Context& context, bool with_memory) {
  auto name = context.node.name();
  if (!name) return name.error();
  auto row = context.node.get(api_path({"nodes", *name}) + (with_memory ? "?memory=true" : ""));
  if (!row) return row.error();
  auto self = context.node.get("/api/coney/node");
  if (!self) return self.error();
  if (!row->is_object() || !self->is_object()) {
    return error(ExitCode::kSoftware, "the node does not describe itself");
  }
  // The row is some seconds old, alarms are asked for because of what is now.
  for (const char* alarm : {"mem_alarm", "disk_free_alarm"}) {
    row->get_object()[alarm] = field_at(self->get_object(), alarm);
  }
  return row->get_object();
}

std::vector<std::string> alarm_texts(const json::object& node_row) {
  std::vector<std::string> texts;
  const std::string name = text_at(node_row, "name");
  if (field_at(node_row, "mem_alarm") == true) texts.push_back("Memory alarm on node " + name);
  if (field_at(node_row, "disk_free_alarm") == true) {
    texts.push_back("Free disk space alarm on node " + name);
  }
  return texts;
}

json::array alarms_json(const json::object& node_row) {
  json::array alarms;
  const std::string name = text_at(node_row, "name");
  const auto add = [&](std::string_view resource) {
    alarms.push_back(
        json::object{{"node", name}, {"type", "resource_limit"}, {"resource", resource}});
  };
  if (field_at(node_row, "mem_alarm") == true) add("memory");
  if (field_at(node_row, "disk_free_alarm") == true) add("disk");
  return alarms;
}

std::optional<std::string> in_unit(std::uint64_t bytes, std::string_view unit) {
  std::string name(unit);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name == "bytes") return fmt::format("{} bytes", bytes);
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12}};
  for (const auto& [known, size] : kUnits) {
    if (known != name) continue;
    const double value = std::round(static_cast<double>(bytes) / size * 1e4) / 1e4;
    const std::string text = fmt::format("{}", value);
    return text + (text.find('.') == text.npos ? ".0 " : " ") + name;
  }
  return std::nullopt;
}

}  // namespace coney::cli
