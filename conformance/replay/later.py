"""What a declare may ask for whose behaviour does not exist yet.

Such a declare is answered 540 NOT_IMPLEMENTED naming the argument. A case that runs into this answer is counted
as "later" under the feature named here. A broker that accepts the declare instead fails the case: it would pretend.
So whoever makes a behaviour exist takes its argument off this list, and its cases have to pass from then on.
"""

import re

_RETRY = "delayed retries of quorum queues"

ARGUMENTS = {
    "x-delayed-retry-type": _RETRY,
    "x-delayed-retry-min": _RETRY,
    "x-delayed-retry-max": _RETRY,
}

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
    features.update({name: ARGUMENTS[name] for name in table
                     if name in ARGUMENTS})
    return features


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
