"""A Prometheus server that scrapes us, and promtool's opinion of our metrics. Prints TAP."""

import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import checks
from checks import check, expect
from conformance.broker import free_port
from conformance.node import Node, becomes_true

JOBS = {
    "aggregated": ("/metrics", {}),
    "per-object": ("/metrics/per-object", {}),
    "detailed": ("/metrics/detailed", {"family": ["queue_coarse_metrics", "queue_consumer_count",
                                                  "channel_metrics", "connection_coarse_metrics"],
                                       "vhost": ["/"]}),
}

# Names of RabbitMQ's that promtool would not have chosen.
NAMES = ("rabbitmq_stream_segments counter metrics should have \"_total\" suffix",
         "rabbitmq_unreachable_cluster_peers_count non-histogram and non-summary metrics should not "
         "have \"_count\" suffix")


class Prometheus:
    def __init__(self, port):
        self._folder = tempfile.TemporaryDirectory(prefix="coney-prometheus-")
        self.port = free_port()
        folder = pathlib.Path(self._folder.name)
        (folder / "prometheus.yml").write_text(json.dumps({  # JSON is YAML
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": [
                {"job_name": name, "metrics_path": path, "params": params,
                 "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
                for name, (path, params) in JOBS.items()]}))
        self._log = open(folder / "log", "wb")
        self._process = subprocess.Popen(
            ["prometheus", f"--config.file={folder / 'prometheus.yml'}",
             f"--storage.tsdb.path={folder / 'db'}", f"--web.listen-address=127.0.0.1:{self.port}"],
            stdout=self._log, stderr=self._log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", timeout=5) as got:
                return json.load(got)["data"]
        except OSError:
            return {}

    def targets(self):
        """{job: health}, what was wrong in place of a health that is not "up"."""
        return {each["labels"]["job"]: each["lastError"] or each["health"]
                for each in self.ask("targets").get("activeTargets", [])}

    def values(self, query):
        return [float(each["value"][1]) for each in self.ask(f"query?query={query}").get("result", [])]


def metrics_node(port):
    return Node([f"prometheus.tcp.port = {port}", "prometheus.tcp.ip = 127.0.0.1"])


@check("all targets are up, and values arrive")
def scraped():
    port = free_port()
    with metrics_node(port) as node, Prometheus(port) as prometheus:
        expect(node.http("PUT", "/api/queues/%2F/q", {"durable": True})[0], 201)
        for text in ("one", "two", "three"):
            node.publish("q", text)
        becomes_true(lambda: prometheus.targets() == {name: "up" for name in JOBS})
        becomes_true(lambda: prometheus.values('rabbitmq_queue_messages_ready{job="aggregated"}') == [3])
        becomes_true(lambda: prometheus.values(
            'rabbitmq_queue_messages_ready{job="per-object",queue="q"}') == [3])
        becomes_true(lambda: prometheus.values(
            'rabbitmq_detailed_queue_messages_ready{job="detailed",queue="q"}') == [3])
        expect(len(prometheus.values("rabbitmq_build_info*on(instance)rabbitmq_identity_info")) > 0
               or len(prometheus.values("rabbitmq_build_info")) > 0, True)


@check("promtool finds nothing but two of RabbitMQ's names")
def linted():
    port = free_port()
    with metrics_node(port) as node:
        expect(node.http("PUT", "/api/queues/%2F/q", {"durable": True})[0], 201)
        for path in ("/metrics", "/metrics/per-object",
                     "/metrics/detailed?family=queue_coarse_metrics&family=node_metrics"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as got:
                text = got.read().decode()
            done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                                  capture_output=True, check=False)
            said = (done.stdout + done.stderr).splitlines()
            expect((path, [line for line in said if line not in NAMES]), (path, []))


sys.exit(checks.run_all())
