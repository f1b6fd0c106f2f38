#include "mgmt-ui/cli/command/http_action.h"
#include "mgmt-ui/cli/commands/commands.h"

// Messages of a queue, by what is in them; and queues that are paused.

namespace coney::cli {
namespace {

using enum FieldKind;

template <std::size_t kMore>
constexpr std::array<HttpField, 10 + kMore> with_filter(const HttpField (&more)[kMore]) {
  std::array<HttpField, 10 + kMore> all{{{"routing-key"},
                                         {"exchange"},
                                         {"header"},
                                         {"property"},
                                         {"body"},
                                         {"use-regex", kFlag},
                                         {"min-age"},
                                         {"max-age"},
                                         {"from"},
                                         {"scan", kNumber}}};
  std::ranges::copy(more, all.begin() + 10);
  return all;
}

constexpr auto kBrowseFields =
    with_filter({{"state"}, {"direction"}, {"limit", kNumber}, {"truncate", kNumber}});
constexpr auto kDeleteFields = with_filter({{"count", kNumber}, {"preview", kFlag}});
constexpr HttpField kGetFields[] = {{"count", kNumber, HttpField::kOption, "1"},
                                    {"ackmode", kText, HttpField::kOption, "ack_requeue_true"},
                                    {"encoding", kText, HttpField::kOption, "auto"}};
constexpr HttpField kPublishFields[] = {{"routing-key", kText, 1},
                                        {"payload", kText, 2},
                                        {"payload-encoding", kText, HttpField::kOption, "string"},
                                        {"properties", kJson, HttpField::kOption, "{}"}};

constexpr auto kBrowseOptions = options_of<kBrowseFields>();
constexpr auto kDeleteOptions = options_of<kDeleteFields>();
constexpr auto kGetOptions = options_of<kGetFields>();
constexpr auto kPublishOptions = options_of<kPublishFields>();

constexpr HttpAction kBrowse{"GET", {"coney", "queues", "{vhost}", "{0}", "browse"}, kBrowseFields};
constexpr HttpAction kDelete{
    "DELETE", {"coney", "queues", "{vhost}", "{0}", "messages"}, kDeleteFields};
constexpr HttpAction kGet{"POST", {"queues", "{vhost}", "{0}", "get"}, {}, kGetFields};
constexpr HttpAction kPublish{
    "POST", {"exchanges", "{vhost}", "{0}", "publish"}, {}, kPublishFields};
constexpr HttpAction kPause{"POST", {"coney", "queues", "{vhost}", "{0}", "pause"}};
constexpr HttpAction kResume{"POST", {"coney", "queues", "{vhost}", "{0}", "resume"}};

constexpr Command kCommands[] = {
    {.name = "browse_messages",
     .usage =
         "[--vhost <vhost>] <queue> [--routing-key <key>] [--exchange <name>] [--header "
         "<name[=value]>] [--property <name[=value]>] [--body <text>] [--use-regex] [--min-age "
         "<seconds>] [--max-age <seconds>] [--state ready|unacked] [--direction "
         "forward|backward] [--from <cursor>] [--limit <rows>] [--scan <messages>] [--truncate "
         "<bytes>]",
     .help = "Shows messages of a queue, which stay where they are",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = run_http<kBrowse>,
     .options = kBrowseOptions,
     .check = check_http<kBrowse>},
    {.name = "delete_messages",
     .usage =
         "[--vhost <vhost>] <queue> [--routing-key <key>] [--exchange <name>] [--header "
         "<name[=value]>] [--property <name[=value]>] [--body <text>] [--use-regex] [--min-age "
         "<seconds>] [--max-age <seconds>] [--from <cursor>] [--scan <messages>] [--count "
         "<messages>] [--preview]",
     .help = "Deletes the ready messages of a queue that match, or counts them",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = run_http<kDelete>,
     .options = kDeleteOptions,
     .check = check_http<kDelete>},
    {.name = "get_messages",
     .usage = "[--vhost <vhost>] <queue> [--count <messages>] [--ackmode "
              "ack_requeue_true|reject_requeue_true|ack_requeue_false|reject_requeue_false] "
              "[--encoding auto|base64]",
     .help = "Gets messages of a queue, and puts them back unless told otherwise",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = run_http<kGet>,
     .options = kGetOptions,
     .check = check_http<kGet>},
    {.name = "publish_message",
     .usage = "[--vhost <vhost>] <exchange> <routing_key> <payload> [--payload-encoding "
              "string|base64] [--properties <json>]",
     .help = "Publishes a message; amq.default is the default exchange",
     .min_arguments = 3,
     .max_arguments = 3,
     .run = run_http<kPublish>,
     .options = kPublishOptions,
     .check = check_http<kPublish>},
    {.name = "pause_queue",
     .usage = "[--vhost <vhost>] <queue>",
     .help = "Gives consumers of a queue nothing more until it is resumed",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = run_http<kPause>},
    {.name = "resume_queue",
     .usage = "[--vhost <vhost>] <queue>",
     .help = "Gives consumers of a queue that is paused messages again",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = run_http<kResume>},
};

}  // namespace

std::span<const Command> message_commands() {
  return kCommands;
}

}  // namespace coney::cli
