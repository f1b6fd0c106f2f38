#include "broker/config/keys/keys.h"
#include "broker/config/keys/setting.h"

namespace coney {
namespace {

using namespace setting;

void set_load_definitions(Draft& draft, const Name&, const Value& value) {
  draft.config.load_definitions = value.text;
}

constexpr ConfigKey kKeys[] = {
    // Access control
    {.key = "auth_mechanisms.$n",
     .section = Section::kAccess,
     .value = {.type = Type::kChoice,
               .choices = "PLAIN|AMQPLAIN|EXTERNAL|ANONYMOUS|RABBIT-CR-DEMO"},
     .fallback = "PLAIN, AMQPLAIN",
     .help = "SASL mechanisms to offer, one per key.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.auth_mechanisms[n] = v.text; }},
    {.key = "anonymous_login_user",
     .section = Section::kAccess,
     .fallback = "none",
     .help = "User that ANONYMOUS stands for; `none` refuses it.",
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.anonymous_user = v.text == "none" ? "" : v.text; }},
    {.key = "anonymous_login_pass",
     .section = Section::kAccess,
     .help = "Password of that user.",
     .secret = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.anonymous_password = v.text; }},
    {.key = "loopback_users.$user",
     .section = Section::kAccess,
     .value = {.type = Type::kBoolean},
     .fallback = "true for guest",
     .help = "Whether this user may connect over the loopback interface only. `guest` is such a "
             "user until `loopback_users.guest = false`.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.loopback_users[n] = v.boolean; }},
    {.key = "loopback_users",
     .section = Section::kAccess,
     .value = {.type = Type::kChoice, .choices = "none"},
     .help = "`none`: every user may connect from anywhere.",
     .set = [](Draft& d, const Name&, const Value&) { d.no_loopback_users = true; }},

    // Definitions at start
    {.key = "default_vhost",
     .section = Section::kDefinitions,
     .fallback = "/",
     .help = "Vhost that is made in an empty data directory.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.vhost = v.text; }},
    {.key = "default_user",
     .section = Section::kDefinitions,
     .fallback = "guest",
     .help = "User that is made in an empty data directory.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.user = v.text; }},
    {.key = "default_pass",
     .section = Section::kDefinitions,
     .fallback = "guest",
     .help = "Password of that user.",
     .secret = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.password = v.text; }},
    {.key = "default_user_tags.$tag",
     .section = Section::kDefinitions,
     .value = {.type = Type::kBoolean},
     .fallback = "true for administrator",
     .help = "Tags of that user; any of these keys replaces `administrator`.",
     .set = [](Draft& d, const Name& n, const Value& v) { d.user_tags[n] = v.boolean; }},
    {.key = "default_permissions.configure",
     .section = Section::kDefinitions,
     .value = {.type = Type::kPattern},
     .fallback = ".*",
     .help = "What that user may configure in that vhost.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.configure = v.text; }},
    {.key = "default_permissions.write",
     .section = Section::kDefinitions,
     .value = {.type = Type::kPattern},
     .fallback = ".*",
     .help = "What that user may write to in that vhost.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.write = v.text; }},
    {.key = "default_permissions.read",
     .section = Section::kDefinitions,
     .value = {.type = Type::kPattern},
     .fallback = ".*",
     .help = "What that user may read from in that vhost.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.defaults.read = v.text; }},
    {.key = "load_definitions",
     .section = Section::kDefinitions,
     .help = "File with definitions in RabbitMQ's JSON format, read at every start.",
     .set = set_load_definitions},
    {.key = "definitions.local.path",
     .section = Section::kDefinitions,
     .help = "Another name of `load_definitions`.",
     .set = set_load_definitions},
    {.key = "management.load_definitions",
     .section = Section::kDefinitions,
     .help = "Another name of `load_definitions`.",
     .set = set_load_definitions},
};

}  // namespace

std::span<const ConfigKey> access_keys() {
  return kKeys;
}

}  // namespace coney
