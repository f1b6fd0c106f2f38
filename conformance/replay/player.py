"""Plays the steps of one recorded case on live connections and says what came back.

The recording tells how many events a step should bring, so a step ends when these have come and a short grace has
passed without more; when events are missing it waits much longer than a broker needs. An event that comes after
the grace shows in a later step, and the last step of a case waits long enough for it: late surplus is never lost.
"""

import time

from . import codec, management
from .connection import Connection
from .methods import SYNCHRONOUS, answers
from .normal import normal

GRACE = 0.012        # seconds of silence after the expected events
LAST_GRACE = 0.08    # the same at the end of a case
SILENCE = 0.03       # a step that should bring nothing
MISSING = 1.5        # how long to wait for expected events
ANSWER = 5.0         # how long to wait for the answer of a synchronous method

_CAPABILITIES = {"capabilities": {
    "publisher_confirms": True, "exchange_exchange_bindings": True, "basic.nack": True,
    "consumer_cancel_notify": True, "connection.blocked": True,
    "authentication_failure_close": True}, "product": "coney-replay"}


def _is(name):
    return lambda event: (event.get("m") in (name, "connection.close")
                          or "tcp" in event or "raw" in event)


class Player:
    """One case. REQUIRES: close() at the end; perform() in the order of the recording."""

    def __init__(self, target, case):
        self.target, self.vhost = target, case.get("vhost", "/")
        self.heartbeats = case.get("heartbeats", False)
        self.connections, self.variables = {}, {}

    def close(self):
        for connection in self.connections.values():
            connection.close()

    def perform(self, step, last=False):
        """Plays the step's action; returns what came back as {"got": [...], "also": [...]}."""
        grace = LAST_GRACE if last else GRACE
        got = normal(self._act(step["do"], step["got"], grace))
        also = self._others(step["do"].get("conn", "A"), step.get("also", []), grace)
        return {"got": got, "also": also}

    # Reading

    def _read(self, connection, wanted, need=None, grace=GRACE, limit=MISSING):
        """Events until `need` has been met and `wanted` events are there, then until silence."""
        events, start, met = [], time.monotonic(), need is None
        while not connection.dead:
            left = limit - (time.monotonic() - start)
            done = met and len(events) >= wanted
            if not done and left <= 0:
                break
            new = connection.pump(grace if done else left)
            if done and (not new or left <= 0):
                break
            met = met or any(need(event) for event in new)
            events += [e for e in new if self.heartbeats or not e.get("heartbeat")]
        return events

    def _others(self, name, wanted, grace):
        """What the other connections received meanwhile."""
        events = []
        for other, connection in self.connections.items():
            if other == name or connection.dead:
                continue
            count = sum(1 for event in wanted if event.get("conn") == other)
            events += [dict(e, conn=other) for e in normal(self._read(connection, count, grace=grace))]
        return events

    # Actions

    def _act(self, do, want, grace):
        action = getattr(self, "_do_" + do["op"])
        return action(do, want, grace)

    def _connection(self, name):
        if name not in self.connections:
            self._open({"conn": name})
        return self.connections[name]

    def _do_sleep(self, do, want, grace):
        time.sleep(do["ms"] / 1000)
        return []

    def _do_http(self, do, want, grace):
        return management.request(self.target, do)

    def _do_cli(self, do, want, grace):
        return management.command(self.target, do)

    def _do_connect(self, do, want, grace):
        self.connections[do.get("conn", "A")] = Connection(self.target.host, self.target.port)
        return []

    def _do_drop(self, do, want, grace):
        self._connection(do.get("conn", "A")).close()
        return []

    def _do_open(self, do, want, grace):
        return self._open(do)

    def _do_drain(self, do, want, grace):
        connection = self._connection(do.get("conn", "A"))
        span = do.get("ms", 70) / 1000
        if not want:
            return self._read(connection, 0, grace=max(span, grace), limit=do.get("limit", 5.0))
        limit = max(span, do.get("limit", 0), MISSING)
        return self._read(connection, len(want), grace=min(span, 0.3), limit=limit)

    def _do_raw(self, do, want, grace):
        connection = self._connection(do.get("conn", "A"))
        connection.send(bytes.fromhex(do["hex"]) if "hex" in do else codec.PROTOCOL_HEADER)
        return self._after_send(connection, do, want, grace)

    _do_header = _do_raw

    def _do_frame(self, do, want, grace):
        connection = self._connection(do.get("conn", "A"))
        payload = bytes.fromhex(do.get("hex", "")) + b"\0" * do.get("pad", 0)
        end = bytes.fromhex(do.get("end", "ce"))
        connection.send(codec.frame(do["type"], do.get("ch", 1), payload, end))
        return self._after_send(connection, do, want, grace)

    def _do_publish(self, do, want, grace):
        connection = self._connection(do.get("conn", "A"))
        body = b"x" * do["size"] if "size" in do else do.get("body", "m").encode()
        properties = self._substitute(do.get("props", {}))
        arguments = self._substitute(do.get("args", {}))
        octets = codec.content_frames(do.get("ch", 1), arguments, properties, body,
                                      connection.frame_max)
        connection.send(octets * do.get("times", 1))
        return self._after_send(connection, do, want, grace)

    def _do_method(self, do, want, grace):
        connection = self._connection(do.get("conn", "A"))
        name, channel = do["method"], do.get("ch", 1)
        arguments = self._substitute(do.get("args", {}))
        connection.answer_close = do.get("autoclose", connection.answer_close)
        connection.send(codec.method_frame(channel, name, arguments))
        waits = (name in SYNCHRONOUS and not arguments.get("nowait") and do.get("expect", True)
                 and want)
        need = (lambda event: answers(name, channel, event)) if waits else None
        events = self._after_send(connection, do, want, grace, need)
        self._remember(events)
        return events

    def _after_send(self, connection, do, want, grace, need=None):
        if not want:
            return self._read(connection, 0, grace=max(SILENCE, grace))
        limit = do.get("limit", ANSWER if need else MISSING)
        if any("tcp" in event for event in want):
            limit = max(limit, ANSWER)   # the broker may give the peer some seconds
        return self._read(connection, len(want), need, grace, limit)

    def _remember(self, events):
        for event in events:
            if event.get("m") == "queue.declare-ok":
                self.variables["$q"] = event["args"]["queue"]
            if event.get("props", {}).get("reply_to"):
                self.variables["$reply_to"] = event["props"]["reply_to"]
            if event.get("m") == "basic.consume-ok":
                self.variables["$ctag"] = event["args"]["consumer_tag"]

    def _substitute(self, value):
        if isinstance(value, str) and value in ("$q", "$ctag", "$reply_to"):
            return self.variables.get(value, "")
        if isinstance(value, dict):
            return {key: self._substitute(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._substitute(item) for item in value]
        return value

    # The handshake that most cases start with

    def _open(self, do):
        connection = Connection(self.target.host, self.target.port)
        self.connections[do.get("conn", "A")] = connection
        user, password = do.get("user", "guest"), do.get("password", "guest")
        connection.send(codec.PROTOCOL_HEADER)
        self._read(connection, 1, _is("connection.start"), 0, ANSWER)
        connection.send(codec.method_frame(0, "connection.start-ok", {
            "client_properties": do.get("props", _CAPABILITIES),
            "mechanism": do.get("mechanism", "PLAIN"),
            "response": do.get("response", f"\0{user}\0{password}"),
            "locale": do.get("locale", "en_US")}))
        events = self._read(connection, 1, _is("connection.tune"), 0, ANSWER)
        tune = next((e["args"] for e in events if e.get("m") == "connection.tune"), None)
        if not tune:
            return events
        self._tune(connection, do, tune)
        connection.send(codec.method_frame(0, "connection.open",
                                           {"virtual_host": do.get("vhost", self.vhost)}))
        events = self._read(connection, 1, _is("connection.open-ok"), 0, ANSWER)
        if any(e.get("m") == "connection.open-ok" for e in events):
            for channel in do.get("channels", [1]):
                connection.send(codec.method_frame(channel, "channel.open"))
                events += self._read(connection, 1, _is("channel.open-ok"), 0, ANSWER)
        else:
            events += self._read(connection, 0, grace=LAST_GRACE)
        return events

    def _tune(self, connection, do, tune):
        connection.frame_max = do.get("frame_max", tune["frame_max"]) or 131072
        connection.send(codec.method_frame(0, "connection.tune-ok", {
            "channel_max": do.get("channel_max", tune["channel_max"]),
            "frame_max": do.get("frame_max", tune["frame_max"]),
            "heartbeat": do.get("heartbeat", 0)}))


def clean_up(target, case):
    """Deletes what the case may have left behind, so that the next may use the same names."""
    put = [step["do"]["path"] for step in case["steps"] if step["do"].get("method") == "PUT"]
    for path in dict.fromkeys(put):
        management.request(target, {"method": "DELETE", "path": path})
    names = {"queue": [], "exchange": []}
    for step in case["steps"]:
        arguments = step["do"].get("args", {})
        kind = step["do"].get("method", "").partition(".declare")[0]
        if not isinstance(arguments, dict) or kind not in names or arguments.get("passive"):
            continue
        name = arguments.get(kind, "")
        if step["do"]["method"].endswith(".declare") and name and not name.startswith("amq."):
            names[kind].append(name)
    if not any(names.values()):
        return
    player = Player(target, case)
    try:
        _delete_all(player, names)
    finally:
        player.close()


def _delete_all(player, names):
    connection, channel = player._connection("Z"), 1
    todo = [(kind, name) for kind, declared in names.items() for name in dict.fromkeys(declared)]
    end = time.monotonic() + ANSWER
    while todo:
        kind, name = todo[0]
        method = kind + ".delete"
        connection.send(codec.method_frame(channel, method, {kind: name}))
        events = player._read(connection, 1, lambda e: answers(method, channel, e), 0, ANSWER)
        closed = next((e for e in events if e.get("m") == "channel.close"), None)
        if closed:
            channel += 1
            connection.send(codec.method_frame(channel, "channel.open"))
            player._read(connection, 1, _is("channel.open-ok"), 0, ANSWER)
        # An exclusive queue goes once the broker has noticed that the case's connection is gone.
        if not closed or closed["args"]["reply_code"] != 405 or time.monotonic() > end:
            todo.pop(0)
    connection.send(codec.method_frame(0, "connection.close", {"reply_code": 200}))
    player._read(connection, 1, _is("connection.close-ok"), 0, 1.0)
