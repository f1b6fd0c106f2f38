#include <boost/json.hpp>

#include "broker/definitions/definitions_diff.h"
#include "broker/definitions/definitions_export.h"
#include "broker/definitions/definitions_file.h"
#include "broker/topology/catalog_definitions.h"
#include "broker/topology/definitions_import.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/http/multipart.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/resources.h"

// Definitions of the broker or of one vhost, out and in. An import is one change, all or nothing;
// with ?dry_run=true it tells what it would do and does not.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxDefinitions = std::size_t{512} << 20;  // bytes of JSON

DefinitionsExportHeader header_of(const Call& call, const std::string& cluster_name) {
  return {call.config().server_version, cluster_name};
}

Answer as_file(const Call& call, std::string text) {
  Answer answer = json_text_answer(std::move(text));
  if (const auto name = call.request.parameter("download")) {
    std::string plain;
    for (char c : *name) {
      if (static_cast<unsigned char>(c) >= ' ' && c != '"' && c != ';' && c != '\x7f') plain += c;
    }
    answer.headers.emplace_back("content-disposition", "attachment; filename=" + plain);
  }
  return answer;
}

Reply export_all(Call& call) {
  const std::string name = cluster_name(call);
  return as_file(call, export_definitions(definitions_of(call.catalog()), header_of(call, name)));
}

Reply export_vhost(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return bad_request("vhost_not_found");
  const std::string name = cluster_name(call);
  return as_file(call, export_vhost_definitions(definitions_of(call.catalog()),
                                                header_of(call, name), vhost->record->name));
}

// ---- in ----

boost::system::result<Definitions, Answer> definitions_in(const Request& request,
                                                          const DefinitionsReadOptions& options) {
  const auto document = uploaded_file(request);
  if (!document) return bad_request("the form has no file");
  auto read = parse_definitions(*document, options);
  if (read) return std::move(read->definitions);
  const JsonError& error = read.error();
  Faults faults;
  if (error.pointer.empty()) {
    auto parsed = parse_json(*document, "failed_to_parse_json");
    if (!parsed) return parsed.error();
  }
  faults.report(
      error.pointer,
      json::string(error.pointer.empty() ? error.message : error.pointer + ": " + error.message));
  return bad_request(faults);
}

// What the import would be refused for, tried on a copy of what exists.
std::optional<std::string> fault_of(const Definitions& have, const Definitions& want) {
  TopologyState copy(nullptr, 1);
  if (auto fault = apply_definitions(copy, have)) return fault;
  return apply_definitions(copy, want);
}

Answer preview(const Call& call, const Definitions& want) {
  const Definitions have = definitions_of(call.catalog());
  json::array differences;
  for (const Difference& one : diff(have, want)) {
    json::object entry{{"change", to_string(one.kind)}, {"what", one.what}, {"name", one.name}};
    if (!one.vhost.empty()) entry["vhost"] = one.vhost;
    differences.push_back(std::move(entry));
  }
  json::object body{{"differences", std::move(differences)}};
  if (auto fault = fault_of(have, want)) body["refused"] = *fault;
  return json_answer(body);
}

Reply import(Call& call, const DefinitionsReadOptions& options) {
  auto definitions = definitions_in(call.request, options);
  if (!definitions) return definitions.error();
  if (call.request.flag("dry_run")) return preview(call, *definitions);
  auto shared = std::make_shared<const Definitions>(std::move(*definitions));
  return carry_out(call, ImportDefinitions{std::move(shared)},
                   [](const TopologyAnswer&) { return no_content(); });
}

Reply import_all(Call& call) {
  return import(call, {});
}

Reply import_vhost(Call& call) {
  if (!call.vhost()) return not_found("vhost_not_found");
  DefinitionsReadOptions options;
  options.vhost = call.name("vhost");
  return import(call, options);
}

}  // namespace

void add_definitions(RouteTable& table) {
  for (std::string_view path : {"/api/definitions", "/api/all-configuration"}) {
    table.add(path, {get(Need::kAdministrator, export_all),
                     post(Need::kAdministrator, import_all, kMaxDefinitions)});
  }
  table.add("/api/definitions/{vhost}",
            {get(Need::kAdministrator, export_vhost),
             post(Need::kAdministrator, import_vhost, kMaxDefinitions)});
}

}  // namespace coney::management
