"""Definitions from a real RabbitMQ to us and back. Prints TAP."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import checks
from checks import check, expect
from conformance.node import Node
from server import RabbitMQ

_QUEUES = {
    "classic": {"x-message-ttl": 60000, "x-dead-letter-exchange": "f", "x-max-length": 1000,
                "x-dead-letter-routing-key": "k", "x-overflow": "reject-publish"},
    "prio": {"x-max-priority": 10},
    "lazy": {"x-queue-mode": "lazy", "x-queue-version": 2},
    "quorum": {"x-queue-type": "quorum", "x-delivery-limit": 5},
    "stream": {"x-queue-type": "stream", "x-max-age": "7D", "x-max-length-bytes": 1000000000},
    "sac": {"x-single-active-consumer": True, "x-expires": 3600000},
    "na\u00efve %2F queue": {},
}
_EXCHANGES = {
    "t": {"type": "topic"}, "h": {"type": "headers", "durable": False},
    "ch": {"type": "x-consistent-hash"}, "ad": {"type": "direct", "auto_delete": True},
    "f": {"type": "fanout", "internal": True, "arguments": {"alternate-exchange": "t"}},
}


def fill(broker):
    """Something of every kind, in a vhost of its own."""
    def put(path, body):
        status, answer = broker.http("PUT", "/api/" + path, body)
        expect((path, status in (201, 204), answer if status >= 300 else None), (path, True, None))

    put("vhosts/rich", {})
    put("users/u1", {"password": "p1", "tags": "monitoring,management"})
    put("users/u2", {"password_hash": "", "tags": ""})
    put("permissions/rich/u1", {"configure": "^a", "write": ".*", "read": "x|y"})
    put("permissions/rich/guest", {"configure": ".*", "write": ".*", "read": ".*"})
    put("vhost-limits/rich/max-queues", {"value": 100})
    put("user-limits/u1/max-channels", {"value": 10})
    put("global-parameters/gp", {"name": "gp", "value": {"a": [1, 2, {"b": "c"}]}})
    for name, exchange in _EXCHANGES.items():
        put(f"exchanges/rich/{name}", {"durable": True, **exchange})
    put("topic-permissions/rich/u1", {"exchange": "t", "write": "^a", "read": "{username}.*"})
    for name, arguments in _QUEUES.items():
        put("queues/rich/" + name.replace("%", "%25").replace(" ", "%20").replace("\u00ef", "%C3%AF"),
            {"durable": True, "arguments": arguments})
    put("policies/rich/p1", {"pattern": "^c", "priority": 3, "apply-to": "queues", "definition": {
        "max-length": 100, "ha-mode": "all", "ha-sync-mode": "automatic", "queue-mode": "lazy"}})
    put("policies/rich/p2", {"pattern": ".*", "apply-to": "exchanges",
                             "definition": {"alternate-exchange": "f"}})
    put("operator-policies/rich/o1", {"pattern": ".*", "apply-to": "queues",
                                      "definition": {"max-length": 5000, "expires": 7200000}})
    for path, body in (
            ("t/q/classic", {"routing_key": "a.#"}), ("t/e/f", {"routing_key": "b.*"}),
            ("ch/q/prio", {"routing_key": "10"}),
            ("h/q/quorum", {"routing_key": "", "arguments": {
                "x-match": "any", "n": 1, "s": "text", "b": True, "f": 1.5, "l": [1, "a"]}})):
        status, _ = broker.http("POST", "/api/bindings/rich/e/" + path, body)
        expect((path, status), (path, 201))


def exported(broker):
    status, definitions = broker.http("GET", "/api/definitions")
    expect(status, 200)
    return definitions


def told(definitions):
    """What both sides have to agree on: objects as sorted texts, without what one side alone tells."""
    kinds = ("users", "permissions", "topic_permissions", "parameters", "policies", "queues",
             "exchanges", "bindings")
    result = {kind: sorted(json.dumps(_plain(kind, each), sort_keys=True)
                           for each in definitions[kind] if each.get("name") != "amq.rabbitmq.log")
              for kind in kinds}
    result["vhosts"] = sorted(vhost["name"] for vhost in definitions["vhosts"])
    result["global_parameters"] = [each for each in definitions["global_parameters"]
                                   if each["name"] not in ("cluster_name", "cluster_tags",
                                                           "internal_cluster_id")]
    return result


# RabbitMQ 4 and we say the type of every queue; `internal` where it is true.
def _plain(kind, thing):
    thing = dict(thing)
    if kind == "queues":
        thing.pop("type", None)
        thing["arguments"] = {"x-queue-type": "classic", **thing["arguments"]}
    if kind == "exchanges":
        thing.setdefault("internal", False)
    return thing


@check("definitions of a RabbitMQ are imported as they are, and ours by it")
def there_and_back():
    with RabbitMQ() as rabbit, Node() as node:
        fill(rabbit)
        theirs = exported(rabbit)
        status, answer = node.http("POST", "/api/definitions", theirs)
        expect((status, answer), (204, None))
        ours = exported(node)
        expect(told(ours), told(theirs))
        expect(node.run("authenticate_user", "u1", "p1").returncode, 0)

        expect(rabbit.http("POST", "/api/definitions", ours)[0], 204)  # over what is there
        expect(rabbit.http("DELETE", "/api/vhosts/rich")[0], 204)
        expect(rabbit.http("DELETE", "/api/users/u1")[0], 204)
        expect(rabbit.http("POST", "/api/definitions", ours)[0], 204)
        expect(told(exported(rabbit)), told(theirs))


@check("definitions that were made here are imported by a RabbitMQ")
def made_here():
    with RabbitMQ() as rabbit, Node() as node:
        fill(node)
        ours = exported(node)
        expect(rabbit.http("POST", "/api/definitions", ours)[0], 204)
        expect(told(exported(rabbit)), told(ours))


sys.exit(checks.run_all())
