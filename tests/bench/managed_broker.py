"""Coney with its management, and clients of that: requests that are timed, pollers in the background,
and clients that behave badly."""

import base64
import contextlib
import http.client
import json
import pathlib
import socket
import threading
import time

from brokers import Coney, free_port

LOGIN = {"Authorization": "Basic " + base64.b64encode(b"guest:guest").decode()}


class ManagedBroker(Coney):
    def __init__(self, binary):
        self.http_port = free_port()
        self.metrics_port = free_port()
        super().__init__(binary, f"management.tcp.port = {self.http_port}\n"
                                 f"prometheus.tcp.port = {self.metrics_port}\n")

    def memory(self):
        """Resident bytes."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def cpu_of_management(self):
        """Seconds of CPU that the management's thread has taken."""
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == "management":
                fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
                return (int(fields[11]) + int(fields[12])) / 100
        return 0.0


class Client:
    """One kept connection."""

    def __init__(self, port):
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path):
        return self.request("GET", path)

    def request(self, method, path, body=None):
        """The body of the answer, which has to be a good one."""
        headers = dict(LOGIN, **({"Content-Type": "application/json"} if body else {}))
        self.link.request(method, path, body, headers)
        answer = self.link.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return content

    def timed(self, path):
        """Milliseconds and the body."""
        began = time.perf_counter()
        content = self.get(path)
        return (time.perf_counter() - began) * 1000, content

    def close(self):
        self.link.close()


class Poller(threading.Thread):
    """Asks for paths in turn, each so many times a second, until it is stopped."""

    def __init__(self, port, paths, per_second):
        super().__init__(daemon=True)
        self.client, self.paths, self.pause = Client(port), paths, 1 / per_second
        self.ended = threading.Event()
        self.times = []
        self.failure = None

    def run(self):
        due = time.monotonic()
        try:
            while not self.ended.wait(max(0, due - time.monotonic())):
                for path in self.paths:
                    self.times.append(self.client.timed(path)[0])
                due = max(due + self.pause, time.monotonic() - self.pause)
        except (OSError, RuntimeError, http.client.HTTPException) as failure:
            self.failure = failure

    def stop(self):
        self.ended.set()
        self.join()
        self.client.close()
        if self.failure:
            raise self.failure


@contextlib.contextmanager
def polled(pollers):
    for poller in pollers:
        poller.start()
    try:
        yield
    finally:
        for poller in pollers:
            poller.stop()


def head(method, path, *more):
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", *(f"{k}: {v}" for k, v in LOGIN.items()),
             *more, "", ""]
    return "\r\n".join(lines).encode()


def unread(port, path):
    """A client that asks and never reads; its window is as small as it gets."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.connect(("127.0.0.1", port))
    link.sendall(head("GET", path))
    return link


def silent(port):
    """A client that connects and says nothing."""
    return socket.create_connection(("127.0.0.1", port))


class Dripping(threading.Thread):
    """Sends the body of a request a byte at a time, on several connections."""

    def __init__(self, port, count):
        super().__init__(daemon=True)
        self.links = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
        for link in self.links:
            link.sendall(head("PUT", "/api/vhosts/dripping", "Content-Type: application/json",
                              "Content-Length: 10000"))
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.01):
            for link in self.links:
                with contextlib.suppress(OSError):
                    link.send(b" ")

    def stop(self):
        self.ended.set()
        self.join()
        for link in self.links:
            link.close()


def definitions(queues):
    """Queues, each bound to a fanout exchange, so that one message reaches all."""
    named = [f"orders.{number:06}" for number in range(queues)]
    exchange = {"name": "everyone", "vhost": "/", "type": "fanout", "durable": True,
                "auto_delete": False, "internal": False, "arguments": {}}
    return json.dumps({
        "exchanges": [exchange],
        "queues": [{"name": name, "vhost": "/", "durable": True, "auto_delete": False,
                    "arguments": {}} for name in named],
        "bindings": [{"source": "everyone", "vhost": "/", "destination": name,
                      "destination_type": "queue", "routing_key": "", "arguments": {}}
                     for name in named]})
