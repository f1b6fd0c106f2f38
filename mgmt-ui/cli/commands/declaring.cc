#include "mgmt-ui/cli/command/http_action.h"
#include "mgmt-ui/cli/commands/commands.h"

// Queues, exchanges and bindings that are declared, and what takes exchanges, bindings and
// consumers away.

namespace coney::cli {
namespace {

using enum FieldKind;

constexpr HttpField kArguments{"arguments", kJson, HttpField::kOption, "{}"};
constexpr HttpField kQueueFields[] = {{"durable", kFlag}, {"auto-delete", kFlag}, kArguments};
constexpr HttpField kExchangeFields[] = {{"type", kText, 1},
                                         {"durable", kFlag},
                                         {"auto-delete", kFlag},
                                         {"internal", kFlag},
                                         kArguments};
constexpr HttpField kBindingFields[] = {{"routing-key"}, kArguments};

constexpr auto kQueueOptions = options_of<kQueueFields>();
constexpr auto kExchangeOptions = options_of<kExchangeFields>();
constexpr auto kBindingOptions = options_of<kBindingFields>();

constexpr HttpAction kDeclareQueue{"PUT", {"queues", "{vhost}", "{0}"}, {}, kQueueFields};
constexpr HttpAction kDeclareExchange{"PUT", {"exchanges", "{vhost}", "{0}"}, {}, kExchangeFields};
constexpr HttpAction kDeleteExchange{"DELETE", {"exchanges", "{vhost}", "{0}"}};
constexpr HttpAction kBindQueue{
    "POST", {"bindings", "{vhost}", "e", "{0}", "q", "{1}"}, {}, kBindingFields};
constexpr HttpAction kBindExchange{
    "POST", {"bindings", "{vhost}", "e", "{0}", "e", "{1}"}, {}, kBindingFields};
constexpr HttpAction kUnbindQueue{"DELETE", {"bindings", "{vhost}", "e", "{0}", "q", "{1}", "{2}"}};
constexpr HttpAction kUnbindExchange{"DELETE",
                                     {"bindings", "{vhost}", "e", "{0}", "e", "{1}", "{2}"}};
constexpr HttpAction kCancelConsumer{"DELETE", {"consumers", "{vhost}", "{0}", "{1}"}};

constexpr Command kCommands[] = {
    {.name = "declare_queue",
     .usage = "[--vhost <vhost>] <queue> [--durable] [--auto-delete] [--arguments <json>]",
     .help = "Declares a queue",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = run_http<kDeclareQueue>,
     .options = kQueueOptions,
     .check = check_http<kDeclareQueue>},
    {.name = "declare_exchange",
     .usage = "[--vhost <vhost>] <exchange> <type> [--durable] [--auto-delete] [--internal] "
              "[--arguments <json>]",
     .help = "Declares an exchange",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = run_http<kDeclareExchange>,
     .options = kExchangeOptions,
     .check = check_http<kDeclareExchange>},
    {.name = "delete_exchange",
     .usage = "[--vhost <vhost>] <exchange>",
     .help = "Deletes an exchange with its bindings",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = run_http<kDeleteExchange>},
    {.name = "bind_queue",
     .usage = "[--vhost <vhost>] <exchange> <queue> [--routing-key <key>] [--arguments <json>]",
     .help = "Binds a queue to an exchange",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = run_http<kBindQueue>,
     .options = kBindingOptions,
     .check = check_http<kBindQueue>},
    {.name = "bind_exchange",
     .usage = "[--vhost <vhost>] <source> <exchange> [--routing-key <key>] [--arguments <json>]",
     .help = "Binds an exchange to another, the source of messages",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = run_http<kBindExchange>,
     .options = kBindingOptions,
     .check = check_http<kBindExchange>},
    {.name = "unbind_queue",
     .usage = "[--vhost <vhost>] <exchange> <queue> <properties_key>",
     .help = "Takes a binding away; its properties key is what the HTTP API calls it",
     .min_arguments = 3,
     .max_arguments = 3,
     .run = run_http<kUnbindQueue>},
    {.name = "unbind_exchange",
     .usage = "[--vhost <vhost>] <source> <exchange> <properties_key>",
     .help = "Takes a binding between exchanges away",
     .min_arguments = 3,
     .max_arguments = 3,
     .run = run_http<kUnbindExchange>},
    {.name = "cancel_consumer",
     .usage = "[--vhost <vhost>] <queue> <consumer_tag>",
     .help = "Cancels the consumers of a queue that have the tag",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = run_http<kCancelConsumer>},
};

}  // namespace

std::span<const Command> declaring_commands() {
  return kCommands;
}

}  // namespace coney::cli
