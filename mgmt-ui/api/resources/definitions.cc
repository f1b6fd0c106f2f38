#include <boost/json.hpp>

#include "broker/definitions/definitions_diff.h"
#include "broker/definitions/definitions_export.h"
#include "broker/definitions/definitions_file.h"
#include "broker/topology/catalog_definitions.h"
#include "broker/topology/definitions_import.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/directory/snapshots.h"
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

Answer as_file(const Call& call, Answer answer) {
  if (const auto name = call.request.parameter("download")) {
    std::string plain;
    for (char c : *name) {
      if (static_cast<unsigned char>(c) >= ' ' && c != '"' && c != ';' && c != '\x7f') plain += c;
    }
    answer.headers.emplace_back("content-disposition", "attachment; filename=" + plain);
  }
  return answer;
}

// ---- out ----

// Of what existed when it was asked for, however long the client takes to read it: all that an
// entry refers to is in it, whatever is declared and deleted meanwhile.
class ExportBody final : public LongBody {
 public:
  template <typename... Which>
  explicit ExportBody(Snapshot snapshot, const Which&... which)
      : text_(std::move(snapshot), which...) {}
  bool write(std::string& to) override { return text_.write(to); }
  void keep() override {}  // it is all its own

 private:
  DefinitionsExport text_;
};

// The name's vhost alone, if there is one; the answer when that is not in it.
Answer exported(const Call& call, Snapshot snapshot, const std::optional<std::string>& vhost) {
  if (!snapshot) return out_of_memory();
  const std::string name = cluster_name(call);
  const DefinitionsExportHeader header = header_of(call, name);
  std::shared_ptr<LongBody> body;
  if (vhost) {
    const auto& vhosts = snapshot->vhosts;
    const auto found =
        std::ranges::find_if(vhosts, [&](const auto& one) { return one->name == *vhost; });
    if (found == vhosts.end()) return bad_request("vhost_not_found");
    const auto record = *found;
    body = std::make_shared<ExportBody>(std::move(snapshot), header, *record);
  } else {
    body = std::make_shared<ExportBody>(std::move(snapshot), header);
  }
  return as_file(call, long_answer("application/json", std::move(body)));
}

Reply export_later(Call& call, std::optional<std::string> vhost) {
  return Later([&call, vhost = std::move(vhost)](Respond respond) {
    call.snapshots.take([&call, vhost, respond = std::move(respond)](Snapshot snapshot) {
      respond(exported(call, std::move(snapshot), vhost));
    });
  });
}

Reply export_all(Call& call) {
  return export_later(call, std::nullopt);
}

Reply export_vhost(Call& call) {
  if (!call.vhost()) return bad_request("vhost_not_found");
  return export_later(call, call.name("vhost"));
}

// ---- in ----

using Read = boost::system::result<Definitions, Answer>;

Read definitions_in(const Request& request, const DefinitionsReadOptions& options) {
  const auto document = uploaded_file(request);
  if (!document) return bad_request("the form has no file");
  auto read = parse_definitions(*document, options);
  if (read) return std::move(read->definitions);
  const JsonErrors errors = read.error();
  if (errors.first().pointer.empty()) {
    auto parsed = parse_json(*document, "failed_to_parse_json");
    if (!parsed) return parsed.error();
  }
  Faults faults;
  for (const auto& [pointer, message] : errors.all()) {
    faults.report(pointer, json::string(pointer.empty() ? message : pointer + ": " + message));
  }
  return bad_request(faults);
}

// What the import would be refused for, tried on a copy of what exists.
std::optional<std::string> fault_of(const Definitions& have, const Definitions& want) {
  TopologyState copy(nullptr, 1);
  if (auto fault = apply_definitions(copy, have)) return fault;
  return apply_definitions(copy, want);
}

Answer preview(const DefinitionRecords& existing, const Definitions& want) {
  const Definitions have = copy_of(existing);
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

using Wanted = std::shared_ptr<const Definitions>;

void compare(Call& call, const Wanted& want, Respond respond) {
  call.snapshots.take([&call, want, respond = std::move(respond)](const Snapshot& existing) {
    if (!existing) return respond(out_of_memory());
    auto answer = std::make_shared<Answer>();
    call.services.calculate(
        [answer, existing, want] { *answer = preview(*existing, *want); },
        [answer, respond](bool done) { respond(done ? std::move(*answer) : out_of_memory()); });
  });
}

void carry_in(Call& call, const Wanted& want, Respond respond) {
  Reply reply =
      carry_out(call, ImportDefinitions{want}, [](const TopologyAnswer&) { return no_content(); });
  std::get<Later>(reply)(std::move(respond));
}

// A long document is read elsewhere, beside what others ask for.
Reply import(Call& call, DefinitionsReadOptions options) {
  Faults faults;
  const auto use = read_flag(call.request, "dry_run", false, faults) ? compare : carry_in;
  if (faults.any()) return bad_request(faults);
  return Later([&call, use, options = std::move(options)](Respond respond) {
    auto read = std::make_shared<std::optional<Read>>();
    call.services.calculate(
        [&call, options, read] { read->emplace(definitions_in(call.request, options)); },
        [&call, use, read, respond](bool done) {
          if (!done) return respond(out_of_memory());
          Read& definitions = **read;
          if (!definitions) return respond(definitions.error());
          use(call, std::make_shared<const Definitions>(std::move(*definitions)), respond);
        });
  });
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
