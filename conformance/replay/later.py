"""What a declare may ask for whose behaviour does not exist yet.

Such a declare is answered 540 NOT_IMPLEMENTED naming the argument. A case that runs into this answer is counted
as "later" under the feature named here. A broker that accepts the declare instead fails the case: it would pretend.
So whoever makes a behaviour exist takes its argument off this list, and its cases have to pass from then on.
"""

import re

_DEAD_LETTERING, _LENGTH, _TTL = "dead lettering", "queue length limits", "message TTL"
_QUORUM, _STREAM = "quorum queues", "streams"

ARGUMENTS = {
    "x-message-ttl": _TTL,
    "x-expires": "queue expiry",
    "x-max-length": _LENGTH,
    "x-max-length-bytes": _LENGTH,
    "x-overflow": _LENGTH,
    "x-dead-letter-exchange": _DEAD_LETTERING,
    "x-dead-letter-routing-key": _DEAD_LETTERING,
    "x-dead-letter-strategy": _DEAD_LETTERING,
    "x-max-priority": "priority queues",
    "x-single-active-consumer": "single active consumer",
    "x-consumer-timeout": "consumer timeout",
    "x-consumer-disconnected-timeout": "consumer timeout",
    "x-delivery-limit": _QUORUM,
    "x-quorum-initial-group-size": _QUORUM,
    "x-quorum-target-group-size": _QUORUM,
    "x-max-in-memory-length": _QUORUM,
    "x-max-in-memory-bytes": _QUORUM,
    "x-delayed-retry-type": _QUORUM,
    "x-delayed-retry-min": _QUORUM,
    "x-delayed-retry-max": _QUORUM,
    "x-max-age": _STREAM,
    "x-stream-max-segment-size-bytes": _STREAM,
    "x-stream-filter-size-bytes": _STREAM,
    "x-initial-cluster-size": _STREAM,
}

# Values that ask for nothing.
IDLE = {"x-overflow": "drop-head", "x-max-priority": 0, "x-single-active-consumer": False}

QUEUE_TYPES = {"quorum": _QUORUM, "stream": _STREAM}

# Behaviour that no declare asks for: the case counts as "later" when it fails, as passed when it passes.
BEHAVIOUR = [
    (re.compile(r"^expiration 0, "), _TTL),
    (re.compile(r"^ttl/"), _TTL),
    (re.compile(r"^basic\.publish expiration '0'"), _TTL),
]

_POLICIES = re.compile(r"^/api/(policies|operator-policies)/")


def refused(do, want, got):
    """The feature when `got` is the refusal that is due instead of the recorded `want`; None otherwise."""
    features = _asked_of_queue(do)
    if not features or not any(e.get("m", "").endswith(".declare-ok") for e in want):
        return None
    if not got or got[0].get("m") != "connection.close":
        return None
    close = got[0]["args"]
    if close["reply_code"] != 540 or (close["class_id"], close["method_id"]) != (50, 10):
        return None
    if not close["reply_text"].startswith("NOT_IMPLEMENTED - "):
        return None
    return next((feature for name, feature in features.items() if name in close["reply_text"]), None)


def pretended(do, got):
    """The feature that a queue.declare asked for and the broker accepted; None when there is none."""
    accepted = any(event.get("m") == "queue.declare-ok" for event in got)
    features = _asked_of_queue(do) if accepted else {}
    return next(iter(features.values()), None)


def _asked_of_queue(do):
    """{what the refusal must name: feature} of a queue.declare."""
    arguments = do.get("args", {})
    if do.get("method") != "queue.declare" or arguments.get("passive"):
        return {}
    table, features = arguments.get("arguments", {}), {}
    if isinstance(table.get("x-queue-type"), str) and table["x-queue-type"] in QUEUE_TYPES:
        features["x-queue-type"] = QUEUE_TYPES[table["x-queue-type"]]
    features.update({name: ARGUMENTS[name] for name, value in table.items()
                     if name in ARGUMENTS and (name not in IDLE or value != IDLE[name])})
    return features


def behaviour(case_id):
    return next((feature for pattern, feature in BEHAVIOUR if pattern.search(case_id)), None)


def needs_management(case):
    """(kind, reason) when the case has steps that only a management API or a command line can play."""
    for step in case["steps"]:
        do = step["do"]
        if do["op"] == "http" and _POLICIES.match(do["path"]):
            return "later", "policies"
        if do["op"] == "http":
            return "skipped", "needs the management API"
        if do["op"] == "cli":
            return "skipped", "needs the command line tool"
    return None
