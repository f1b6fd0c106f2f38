"""A broker of its own for one check, with its command line tool and its HTTP API."""

import json
import socket
import subprocess
import time

from .broker import Broker
from .replay import management

PATIENCE = 30


class Node:
    """Started as a context; at the end it has to stop at SIGTERM without an alarming line in its log."""

    def __init__(self, settings=()):
        self.broker = Broker(settings=settings)
        self.host = "127.0.0.1"

    def __enter__(self):
        self.broker.start()
        self.port, self.management_port = self.broker.port, self.broker.management_port
        return self

    def __exit__(self, kind, *_):
        try:
            complaints = self.broker.stop() if self.broker.alive() else []
            if complaints and not kind:
                raise AssertionError("\n".join(complaints))
        finally:
            self.broker.kill()

    def run(self, *words, name="coneyctl"):
        return subprocess.run([*self.broker.tool(name), *words], capture_output=True, text=True,
                              timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL)

    def start(self, *words):
        """The same without waiting for its end."""
        return subprocess.Popen([*self.broker.tool(), *words], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)

    def output(self, *words):
        """Of a command that has to succeed."""
        done = self.run("--quiet", *words)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.returncode} {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *words):
        return json.loads(self.output("--formatter", "json", *words))

    def http(self, method, path, body=None):
        """(status, body) of a request to the HTTP API."""
        answer = management.request(self, {"method": method, "path": path, "body": body, "show": True})
        return answer[0]["status"], answer[0]["body"]

    def publish(self, queue, text):
        """A persistent message that has been taken."""
        status, body = self.http("POST", "/api/exchanges/%2F/amq.default/publish", {
            "properties": {"delivery_mode": 2}, "routing_key": queue, "payload": text,
            "payload_encoding": "string"})
        assert status == 200 and body["routed"], (status, body)

    def payloads(self, queue):
        status, body = self.http("POST", f"/api/queues/%2F/{queue}/get", {
            "count": 10, "ackmode": "ack_requeue_true", "encoding": "auto"})
        assert status == 200, (status, body)
        return [message["payload"] for message in body]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def becomes_true(condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not become true in time")
        time.sleep(0.02)
