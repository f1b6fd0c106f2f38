"""What existed around the recorded requests: users, vhosts, queues, and clients that publish and consume."""

import json
import threading
import time

from conformance.replay import codec
from conformance.replay.connection import Connection

from . import recordings

_CAPABILITIES = {name: True for name in ("authentication_failure_close", "basic.nack", "connection.blocked",
                                         "consumer_cancel_notify", "publisher_confirms")}


def write_definitions(path):
    """For load_definitions: the recorded ones with passwords, and without what later requests made."""
    wanted = recordings.definitions()
    for user in wanted["users"]:
        for key in ("password_hash", "hashing_algorithm"):
            user.pop(key)
        user["password"] = user["name"]
    wanted["vhosts"] = [vhost for vhost in wanted["vhosts"] if vhost["name"] != "new"]
    for vhost in wanted["vhosts"]:
        if vhost["name"] == "empty":
            vhost["limits"] = {}
    gone = {"new.y", "amq.rabbitmq.log"}
    wanted["exchanges"] = [one for one in wanted["exchanges"] if one["name"] not in gone]
    wanted["exchanges"].append({"name": "g.internal", "vhost": "golden", "type": "fanout", "durable": True,
                                "auto_delete": False, "internal": True, "arguments": {}})
    wanted["queues"] = [one for one in wanted["queues"]
                        if one["vhost"] == "golden" or one["name"] == "gq.shoveled"]
    wanted["queues"].append({"name": "gq.stream", "vhost": "golden", "durable": True, "auto_delete": False,
                             "arguments": {"x-queue-type": "stream"}})
    wanted["bindings"] = [one for one in wanted["bindings"]
                          if one["destination"] != "gq.idle" or one["source"] == "g.hash"]
    wanted["parameters"] = [one for one in wanted["parameters"] if one["component"] != "vhost-limits"
                            or one["vhost"] != "empty"]
    wanted["global_parameters"] = [one for one in wanted["global_parameters"]
                                   if one["name"] == "gparam"]
    path.write_text(json.dumps(wanted))


class Client:
    """One AMQP connection that answers and publishes in the background until it is closed."""

    def __init__(self, port, name, user="guest", channels=1):
        self._connection = Connection("127.0.0.1", port)
        self.name = None
        self._send_raw(codec.PROTOCOL_HEADER)
        self._await("connection.start")
        self._send(0, "connection.start-ok", {
            "client_properties": {"connection_name": name, "product": "check", "capabilities": _CAPABILITIES},
            "mechanism": "PLAIN", "response": f"\0{user}\0{user}", "locale": "en_US"})
        tune = self._await("connection.tune")["args"]
        self._send(0, "connection.tune-ok", {**tune, "heartbeat": 60})
        self.call(0, "connection.open", {"virtual_host": "golden"})
        for channel in range(1, channels + 1):
            self.call(channel, "channel.open")
        own = "%s:%d" % self._connection.socket.getsockname()[:2]
        self.name = f"{own} -> 127.0.0.1:{port}"

    def _send_raw(self, octets):
        self._connection.send(octets)

    def _send(self, channel, method, arguments=None):
        self._send_raw(codec.method_frame(channel, method, arguments or {}))

    def _await(self, method):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for event in self._connection.pump(0.2):
                if event.get("m") == method:
                    return event
                if "tcp" in event or event.get("m") in ("connection.close", "channel.close"):
                    raise RuntimeError(f"waiting for {method}: {event}")
        raise RuntimeError(f"no {method}")

    def call(self, channel, method, arguments=None):
        self._send(channel, method, arguments)
        return self._await(method + "-ok")

    def publish(self, channel, exchange, key):
        self._send_raw(codec.content_frames(channel, {"exchange": exchange, "routing_key": key},
                                            {"delivery_mode": 2}, b"0123456789", 131072))

    def consume(self, channel, queue, tag, no_ack=False, arguments=None):
        self.call(channel, "basic.qos", {"prefetch_count": 20})
        self.call(channel, "basic.consume", {"queue": queue, "consumer_tag": tag, "no_ack": no_ack,
                                             "arguments": arguments or {}})

    def settle(self):
        """Acknowledges every second delivery that has come, gives back the others once."""
        for event in self._connection.pump(0):
            if event.get("m") != "basic.deliver":
                continue
            tag, redelivered = event["args"]["delivery_tag"], event["args"].get("redelivered")
            if tag % 2 or redelivered:
                self._send(event["ch"], "basic.ack", {"delivery_tag": tag})
            else:
                self._send(event["ch"], "basic.nack", {"delivery_tag": tag, "requeue": True})

    def close(self):
        self._connection.close()


class Traffic:
    """A publisher, a consumer, a connection of the user mgr and one that a request will close."""

    def __init__(self, port):
        self.publisher = Client(port, "golden publisher")
        self.manager = Client(port, "golden manager", user="mgr")
        self.victim = Client(port, "golden victim")
        self.consumer = Client(port, "golden consumer", channels=3)
        self._set_up()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _set_up(self):
        self.publisher.call(1, "confirm.select")
        first = self.consumer
        first.call(1, "queue.declare", {"queue": "gq.excl", "exclusive": True})
        first.consume(1, "gq.classic", "ctag-classic", arguments={"x-priority": 3})
        first.consume(1, "gq.quorum", "ctag-quorum")
        first.consume(1, "gq.sac", "ctag-sac1")
        first.consume(1, "gq.sac", "ctag-sac2")
        first.consume(1, "gq.auto", "ctag-auto", no_ack=True)

    def _run(self):
        while not self._stop.wait(0.05):
            self.publisher.publish(1, "g.direct", "c")
            self.publisher.publish(1, "g.direct", "q")
            self.publisher.publish(1, "", "gq.stream")
            self.consumer.settle()
            self.publisher.settle()

    def close(self):
        self._stop.set()
        self._thread.join()
        for client in (self.publisher, self.manager, self.victim, self.consumer):
            client.close()
