"""python3 -m conformance.management_api [--only REGEX] [--verbose]

Replays recorded requests to RabbitMQ's management API against a broker that is started here: status, headers, the
bodies of errors, names and types of fields. differences.json names the requests that are answered otherwise on
purpose, and those whose feature is not there yet; a request that it names and that is answered as recorded fails,
so that the list stays true. Exit code 1 when one failed.
"""

import argparse
import base64
import hashlib
import http.client
import json
import pathlib
import re
import sys
import tempfile
import time

from conformance.broker import Broker

from . import compare, recordings, surroundings

_DIFFERENCES = pathlib.Path(__file__).with_name("differences.json")
_SALTED_HASH = base64.b64encode(b"salt" + hashlib.sha256(b"salt" + b"secret").digest()).decode()
_MD5_HASH = base64.b64encode(b"salt" + hashlib.md5(b"salt" + b"secret").digest()).decode()


class Answer:
    def __init__(self, response, text):
        self.status, self._response, self.text = response.status, response, text
        try:
            self.body = json.loads(text) if text else None
        except ValueError:
            self.body = text

    def header(self, name):
        return self._response.getheader(name)


class Replay:
    """One broker with its surroundings, and what the placeholders of the recordings stand for."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="coney-management-")
        definitions = pathlib.Path(self._folder.name) / "definitions.json"
        surroundings.write_definitions(definitions)
        self.broker = Broker(definitions, ["nodename = rabbit@golden"]).start()
        self._links = {}
        self.traffic = surroundings.Traffic(self.broker.port)
        self._names = {"node": "rabbit@golden", "pubconn": self.traffic.publisher.name,
                       "conconn": self.traffic.consumer.name, "victim": self.traffic.victim.name}

    def ask(self, request):
        link = http.client.HTTPConnection("127.0.0.1", self.broker.management_port, timeout=20)
        link.request(request["method"], self._path(request), self._body(request),
                     self._headers(request))
        response = link.getresponse()
        answer = Answer(response, response.read().decode())
        link.close()
        return self._normal(answer)

    def _path(self, request):
        if "{hkey}" in request["path"]:
            return request["path"].replace("{hkey}", self._binding_key())
        path = request["path"]
        for name, value in self._names.items():
            path = path.replace("{%s}" % name, value.replace(" ", "%20").replace(">", "%3E"))
        return path.replace("port-listener/5682", f"port-listener/{self.broker.port}")

    def _binding_key(self):
        answer = self.ask({"method": "GET", "path": "/api/bindings/golden/e/g.headers/q/gq.msgs"})
        rows = answer.body if isinstance(answer.body, list) else []
        return next((one["properties_key"] for one in rows if one["routing_key"] == "k"), "none")

    def _body(self, request):
        body = request.get("body")
        if body is None or isinstance(body, str):
            return body
        hashed = _MD5_HASH if "md5" in str(body) else _SALTED_HASH
        if "%%%" in json.dumps(request.get("response")):
            hashed = "%%%"
        text = json.dumps(body).replace("<base64 salted hash>", hashed)
        return text.replace("<node>", self._names["node"])

    def _headers(self, request):
        headers = dict(request.get("headers") or {})
        credentials = request.get("auth", "guest:guest")
        if credentials != "none":
            headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
        return headers

    def _normal(self, answer):
        text = answer.text.replace("rabbit@golden", "<node>")
        answer.body = json.loads(text) if isinstance(answer.body, (dict, list)) else answer.body
        return answer

    def await_statistics(self):
        """The recordings show statistics, and those need a moment to be there."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and not self._has_statistics():
            time.sleep(0.2)

    def _has_statistics(self):
        def show(path):
            return self.ask({"method": "GET", "path": path}).body
        return ("consumers" in show("/api/queues/golden/gq.prio")
                and "consumers" in show("/api/queues/golden/gq.idle")
                and "message_stats" in show("/api/vhosts/golden")
                and "messages" in show("/api/vhosts/%2F")
                and "ack" in show("/api/overview").get("message_stats", {}))

    def close(self):
        self.traffic.close()
        complaints = self.broker.stop()
        self._folder.cleanup()
        return complaints


def load_differences():
    """{request id: entry}; an entry has a reason, is "later" when the feature is to come, and "sometimes" when it
    depends on the moment."""
    by_id = {}
    for entry in json.loads(_DIFFERENCES.read_text()):
        for name in entry["requests"]:
            if name in by_id:
                raise ValueError(f"two differences for {name!r}")
            by_id[name] = entry
    return by_id


def judge(request, found, entry):
    """(verdict, lines)"""
    if entry is None:
        return ("failed" if found else "passed"), found
    if not found and entry.get("sometimes"):
        return "passed", []
    if not found:
        return "failed", ["is answered as recorded: take it out of differences.json"]
    if entry.get("later"):
        return "later", [entry["reason"]]
    if "status" in entry and not any(line.startswith(f"status {entry['status']} ") for line in found):
        return "failed", found
    return "different", [entry["reason"]]


def play(only="", verbose=False):
    """Counts of the verdicts."""
    counts = {"passed": 0, "different": 0, "later": 0, "failed": 0}
    differences, replay = load_differences(), Replay()
    try:
        replay.await_statistics()
        for request in recordings.load():
            entry = differences.get(request["id"])
            found = compare.faults(request, replay.ask(request))
            verdict, lines = judge(request, found, entry)
            if not re.search(only, request["id"]):
                continue
            counts[verdict] += 1
            if verdict == "failed" or verbose:
                print(f"{verdict:9} {request['id']}", flush=True)
                print("".join(f"          {line}\n" for line in lines[:12]), end="", flush=True)
    finally:
        complaints = replay.close()
    for complaint in complaints:
        counts["failed"] += 1
        print(f"failed    the broker: {complaint}", flush=True)
    return counts


def main(argv):
    parser = argparse.ArgumentParser(prog="management_api", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="REGEX", help="requests whose id matches")
    parser.add_argument("--verbose", action="store_true", help="every request")
    chosen = parser.parse_args(argv)
    counts = play(chosen.only, chosen.verbose)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
