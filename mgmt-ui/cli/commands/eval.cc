#include <fmt/format.h>

#include <algorithm>

#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/erlang/environment_key.h"
#include "mgmt-ui/cli/erlang/term.h"

// There is no Erlang here. What test rigs change on a node by `eval` is done all the same; an
// expression with anything else in it does nothing.

namespace coney::cli {

namespace json = boost::json;

namespace {

using Kind = Term::Kind;

struct Function {
  std::string_view module, name;
  std::size_t least_arguments, most_arguments;
  Result<Term> (*call)(Context& context, const std::vector<Term>& arguments);
};

Failure refused(const std::string& text) {
  return error(ExitCode::kUnavailable, text);
}

// Erlang's word for arguments that a function does not take.
Failure bad_argument(std::string_view function, const std::vector<Term>& arguments) {
  std::string given;
  for (const Term& argument : arguments) given += (given.empty() ? "" : ", ") + to_text(argument);
  return refused(fmt::format("badarg: {} does not take ({})", function, given));
}

// ---- the application's environment ----

constexpr std::string_view kTick = "channel_tick_interval";  // deadlines need no ticks here

std::string known_keys() {
  std::string names;
  for (const EnvironmentKey& key : environment_keys()) {
    names.append(names.empty() ? "" : ", ").append(key.name);
  }
  return names;
}

Failure unknown_key(const Term& key) {
  return refused(fmt::format("the setting {} cannot be read or changed on a running node; {} can",
                             to_text(key), known_keys()));
}

Result<Term> set_env(Context& context, const std::vector<Term>& arguments) {
  if (arguments[0] != atom("rabbit")) return bad_argument("application:set_env", arguments);
  if (arguments[1] == atom(kTick)) return atom("ok");
  const EnvironmentKey* key = find_environment_key(arguments[1].text);
  if (!key) return unknown_key(arguments[1]);
  auto setting = key->to_setting(arguments[2]);
  if (!setting) return bad_argument("application:set_env", arguments);
  auto set = context.node.put("/api/coney/settings", json::object{{key->name, *setting}});
  if (!set) return set.error();
  return atom("ok");
}

Result<Term> get_env(Context& context, const std::vector<Term>& arguments) {
  if (arguments[0] != atom("rabbit")) return bad_argument("application:get_env", arguments);
  const EnvironmentKey* key = find_environment_key(arguments[1].text);
  if (!key) return unknown_key(arguments[1]);
  auto settings = context.node.get("/api/coney/settings");
  if (!settings) return settings.error();
  Term value = key->to_term(settings->as_object().at(key->name));
  if (arguments.size() == 3) return value;  // with a default, which is not needed
  return tuple({atom("ok"), std::move(value)});
}

// ---- alarms ----

// The path of {resource_limit, memory | disk, Node}.
std::optional<std::string> alarm_path(const Term& alarm) {
  if (alarm.kind != Kind::kTuple || alarm.elements.size() != 3) return std::nullopt;
  const Term& resource = alarm.elements[1];
  if (alarm.elements[0] != atom("resource_limit")) return std::nullopt;
  if (resource != atom("memory") && resource != atom("disk")) return std::nullopt;
  return "/api/coney/alarms/" + resource.text;
}

// {{resource_limit, memory, node()}, []}
Result<Term> set_alarm(Context& context, const std::vector<Term>& arguments) {
  const Term& alarm = arguments[0];
  const bool is_pair = alarm.kind == Kind::kTuple && alarm.elements.size() == 2;
  const auto path = is_pair ? alarm_path(alarm.elements[0]) : std::nullopt;
  if (!path) return bad_argument("rabbit_alarm:set_alarm", arguments);
  auto set = context.node.put(*path, json::object());
  if (!set) return set.error();
  return atom("ok");
}

Result<Term> clear_alarm(Context& context, const std::vector<Term>& arguments) {
  const auto path = alarm_path(arguments[0]);
  if (!path) return bad_argument("rabbit_alarm:clear_alarm", arguments);
  auto removed = context.node.remove(*path);
  if (!removed) return removed.error();
  return atom("ok");
}

Result<Term> get_alarms(Context& context, const std::vector<Term>&) {
  auto self = context.node.get("/api/coney/node");
  if (!self) return self.error();
  const json::object& node = self->as_object();
  Term alarms = list({});
  for (const char* resource : {"memory", "disk"}) {
    const bool memory = std::string_view(resource) == "memory";
    if (node.at(memory ? "mem_alarm" : "disk_free_alarm") != true) continue;
    alarms.elements.push_back(tuple(
        {tuple({atom("resource_limit"), atom(resource), atom(node_name(context))}), list({})}));
  }
  return alarms;
}

Result<Term> node(Context& context, const std::vector<Term>&) {
  return atom(node_name(context));
}

constexpr Function kFunctions[] = {
    {"", "node", 0, 0, node},
    {"erlang", "node", 0, 0, node},
    {"application", "get_env", 2, 3, get_env},
    {"application", "set_env", 3, 4, set_env},
    {"rabbit_alarm", "set_alarm", 1, 1, set_alarm},
    {"rabbit_alarm", "clear_alarm", 1, 1, clear_alarm},
    {"rabbit_alarm", "get_alarms", 0, 0, get_alarms},
};

// Null: there is no such function.
const Function* find_function(const Term& call) {
  const auto found = std::ranges::find_if(kFunctions, [&](const Function& function) {
    return function.module == call.module && function.name == call.text &&
           call.elements.size() >= function.least_arguments &&
           call.elements.size() <= function.most_arguments;
  });
  return found == std::end(kFunctions) ? nullptr : &*found;
}

// ---- evaluation ----

// The first call of something that is not there; null: none.
const Term* unknown_call(const Term& term) {
  if (term.kind == Kind::kCall && !find_function(term)) return &term;
  for (const Term& element : term.elements) {
    if (const Term* unknown = unknown_call(element)) return unknown;
  }
  return nullptr;
}

Result<Term> add(const Term& sum) {
  const Term &left = sum.elements[0], &right = sum.elements[1];
  if (left.kind != Kind::kInteger || right.kind != Kind::kInteger) {
    return refused("badarith: only whole numbers are added and multiplied here");
  }
  std::int64_t result = 0;
  bool overflow = false;
  if (sum.text == "+") overflow = __builtin_add_overflow(left.integer, right.integer, &result);
  if (sum.text == "-") overflow = __builtin_sub_overflow(left.integer, right.integer, &result);
  if (sum.text == "*") overflow = __builtin_mul_overflow(left.integer, right.integer, &result);
  if (overflow) return refused("badarith: the number is too large");
  return integer(result);
}

Result<Term> evaluate(Context& context, Term term) {
  for (Term& element : term.elements) {
    auto value = evaluate(context, std::move(element));
    if (!value) return value;
    element = std::move(*value);
  }
  if (term.kind == Kind::kSum) return add(term);
  if (term.kind == Kind::kCall) return find_function(term)->call(context, term.elements);
  return term;
}

Outcome eval(Context& context) {
  auto parsed = parse_expressions(context.argument(0));
  if (const auto* fault = std::get_if<SyntaxFault>(&parsed)) {
    return Failure{ExitCode::kUsage, fmt::format("Evaluation failed: syntax error at character {}: "
                                                 "{}",
                                                 fault->position + 1, fault->what)};
  }
  auto& expressions = std::get<std::vector<Term>>(parsed);
  for (const Term& expression : expressions) {
    if (const Term* unknown = unknown_call(expression)) {
      return refused(fmt::format(
          "{} is not there: Coney is not written in Erlang, and eval only knows "
          "application:set_env "
          "and get_env of {}, rabbit_alarm:set_alarm, clear_alarm and get_alarms, and node(). "
          "Nothing was done. See '{} help' for a command that does it.",
          to_text(*unknown), known_keys(), context.program));
    }
  }
  Term last;
  for (Term& expression : expressions) {
    auto value = evaluate(context, std::move(expression));
    if (!value) return value.error();
    last = std::move(*value);
  }
  return Message{to_text(last)};
}

constexpr Command kCommands[] = {
    {.name = "eval",
     .usage = "<expression>",
     .help = "Evaluates the few Erlang expressions that test rigs change a node with",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = eval},
};

}  // namespace

std::span<const Command> eval_commands() {
  return kCommands;
}

}  // namespace coney::cli
