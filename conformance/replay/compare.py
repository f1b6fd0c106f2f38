"""Tells whether the answer to one step is the recorded one, as far as a client can rely on it.

Taken as equal: events of different channels of one connection in another order; heartbeats that come a step
earlier, once they are negotiated; publisher confirms grouped differently; a socket that is closed right after connection.close and its close-ok, where the recording waits for
the client; texts of server-properties that only describe the server.
"""

import re

from .normal import same_tcp

_CLOSED = {"tcp": "closed"}
_DESCRIPTIVE = ("platform", "information", "copyright", "cluster_name")
_VERSION = {"due": re.compile(r"^4\.3\.\d+")}


def accept_any_version():
    """For a broker that is another version than the recorded one on purpose."""
    _VERSION["due"] = re.compile("")


class Comparison:
    """Compares a case's steps in order; remembers which connections the broker has already closed."""

    def __init__(self):
        self.closed, self.beating, self.confirmed = set(), set(), {"want": {}, "got": {}}

    def same(self, step, answer):
        name = step["do"].get("conn", "A")
        if step["do"].get("method") == "connection.tune-ok" and step["do"]["args"].get("heartbeat"):
            self.beating.add(name)
        want = self._canonical("want", name, step["got"])
        got = self._canonical("got", name, answer["got"])
        if name in self.beating and not any(event.get("heartbeat") for event in want):
            got = [event for event in got if not event.get("heartbeat")]
        also_want = self._canonical("want", "also", step.get("also", []))
        also_got = self._canonical("got", "also", answer["also"])
        return self._same_stream(name, want, got) and also_want == also_got

    def _same_stream(self, name, want, got):
        if name in self.closed:
            want = [event for event in want if event != _CLOSED]
        if got == want:
            return True
        if got == want + [_CLOSED] and want and want[-1].get("m") == "connection.close":
            self.closed.add(name)
            return True
        return False

    def _canonical(self, side, name, events):
        events = _fold_heartbeats([_described(event) for event in same_tcp(events)])
        events = sorted(events, key=lambda e: (e.get("conn", ""), "tcp" in e, e.get("ch", 0)))
        return self._fold_confirms(self.confirmed[side], name, events)

    def _fold_confirms(self, confirmed, name, events):
        """Replaces each run of confirms by the list of the tags that they confirm."""
        folded = []
        for event in events:
            if event.get("m") not in ("basic.ack", "basic.nack"):
                folded.append(event)
                continue
            key = (name, event.get("conn"), event["ch"])
            tag, done = event["args"]["delivery_tag"], confirmed.setdefault(key, set())
            first = min(set(range(1, tag + 1)) - done, default=tag)
            tags = range(first, tag + 1) if event["args"]["multiple"] else [tag]
            new = [t for t in tags if t not in done] or [f"again {tag}"]
            done.update(t for t in new if isinstance(t, int))
            head = {"ch": event["ch"], "confirm": event["m"], "conn": event.get("conn")}
            if not folded or {k: folded[-1].get(k) for k in head} != head:
                folded.append({**head, "tags": []})
            folded[-1]["tags"] = sorted(folded[-1]["tags"] + new, key=str)
        return folded


def _fold_heartbeats(events):
    """How many come in a while depends on the clock; that they come does not, where a step waits for them."""
    folded = []
    for event in events:
        if not (event.get("heartbeat") and folded and folded[-1].get("heartbeat")):
            folded.append(event)
    return folded


def _described(event):
    """connection.start without what only describes the server."""
    if event.get("m") != "connection.start":
        return event
    arguments = dict(event["args"])
    properties = {key: "<text>" if key in _DESCRIPTIVE and isinstance(value, str) and value else value
                  for key, value in arguments["server_properties"].items()}
    if _VERSION["due"].match(str(properties.get("version"))):
        properties["version"] = "<version>"
    mechanisms = set(arguments["mechanisms"].split()) - {"ANONYMOUS"}
    return {**event, "args": {**arguments, "server_properties": properties,
                              "mechanisms": " ".join(sorted(mechanisms))}}
