#include "broker/config/keys/keys.h"
#include "broker/config/keys/setting.h"

namespace coney {
namespace {

using namespace setting;

void set_product(Draft& draft, const Name&, const Value& value) {
  draft.config.server_product = value.text;
}

void set_version(Draft& draft, const Name&, const Value& value) {
  draft.config.server_version = value.text;
}

constexpr ConfigKey kKeys[] = {
    {.key = "nodename",
     .section = Section::kNode,
     .fallback = "rabbit@ and the short host name",
     .help = "The node's name as clients and tools see it.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.node_name = v.text; }},
    {.key = "cluster_name",
     .section = Section::kNode,
     .fallback = "the node's name",
     .help = "The cluster's name as clients and tools see it.",
     .set = [](Draft& d, const Name&, const Value& v) { d.config.cluster_name = v.text; }},
    {.key = "product.name",
     .section = Section::kNode,
     .fallback = "RabbitMQ",
     .help = "`product` in the server-properties of connection.start. Client libraries compare it.",
     .set = set_product},
    {.key = "server_product",
     .section = Section::kNode,
     .help = "Another name of `product.name`.",
     .coneys_own = true,
     .set = set_product},
    {.key = "product.version",
     .section = Section::kNode,
     .fallback = "4.3.6",
     .help = "`version` in the server-properties of connection.start. Client libraries compare it.",
     .set = set_version},
    {.key = "server_version",
     .section = Section::kNode,
     .help = "Another name of `product.version`.",
     .coneys_own = true,
     .set = set_version},
    {.key = "shards",
     .section = Section::kNode,
     .value = {.type = Type::kInteger, .minimum = 0, .maximum = 1'024},
     .fallback = "0",
     .help = "Threads that serve connections and queues; 0 is one per core.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.shards = static_cast<unsigned>(v.integer); }},
    {.key = "data_dir",
     .section = Section::kNode,
     .fallback = "/var/lib/coney when it can be written, else ~/.local/share/coney",
     .help = "Directory of everything that the broker stores.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&, const Value& v) { d.config.data_dir = v.text; }},
    {.key = "durability",
     .section = Section::kNode,
     .value = {.type = Type::kChoice, .choices = "fsync|write|none"},
     .fallback = "fsync",
     .help =
         "What is waited for before a persistent message in a durable queue is confirmed. "
         "`fsync`: it is on the disk (fdatasync), and survives a power failure. `write`: the "
         "operating system has it; it survives the end of the broker's process, not that of the "
         "machine, which may lose what was confirmed in the last 100 ms or so. `none`: nothing; "
         "it is written a moment later, and either end may lose what was confirmed last. The "
         "same goes for acknowledgements and tx.commit. An orderly stop loses nothing in any of "
         "the three.",
     .coneys_own = true,
     .set = [](Draft& d, const Name&,
               const Value& v) { d.config.durability = static_cast<Durability>(v.choice); }},
    {.key = "durability.vhost.$vhost",
     .section = Section::kNode,
     .value = {.type = Type::kChoice, .choices = "fsync|write|none"},
     .help = "The same for the queues of one vhost, in place of `durability`: "
             "`durability.vhost./ = write`.",
     .coneys_own = true,
     .set =
         [](Draft& d, const Name& n, const Value& v) {
           d.config.vhost_durability[n] = static_cast<Durability>(v.choice);
         }},
};

}  // namespace

std::span<const ConfigKey> node_keys() {
  return kKeys;
}

}  // namespace coney
