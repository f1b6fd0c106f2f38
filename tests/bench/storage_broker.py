"""Coney on data that outlives it, loaded by coney-bench, and figures beside their goals."""

import json
import os
import pathlib
import subprocess
import time

from brokers import ROOT, BrokerFailed, Coney, greets

BIN = ROOT / "build" / "release" / "bin"
MB = 1024 * 1024


class Figures:
    """Lines of name, value, goal; a goal is the text and whether the value keeps it."""

    def __init__(self):
        self.all = {}
        self.part = ""  # in front of the names of the figures

    def add(self, name, value, unit, goal=None, kept=True):
        self.all[self.part + name] = value
        verdict = "" if goal is None else f"  goal {goal}: {'kept' if kept else 'MISSED'}"
        print(f"  {name:<52}{value:>14,.2f} {unit}{verdict}", flush=True)

    def below(self, name, value, unit, limit):
        self.add(name, value, unit, f"below {limit:,} {unit}", value < limit)

    def above(self, name, value, unit, limit):
        self.add(name, value, unit, f"at least {limit:,} {unit}", value >= limit)


class StorageBroker(Coney):
    """Coney that can be ended and started again on the same data."""

    def __init__(self, binary):
        self.binary = binary
        super().__init__(binary)

    def restart(self, how):
        """Seconds from the start of the process until it serves connections."""
        os.killpg(self.process.pid, how)
        self.process.wait()
        began = time.monotonic()
        command = [self.binary, "--config", self.directory / "coney.conf",
                   "--data-dir", self.directory / "data"]
        with open(self.directory / "output", "ab") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        self.pid = self.process.pid
        while not greets(self.port):
            if self.process.poll() is not None:
                raise BrokerFailed("coney does not start again")
            time.sleep(0.005)
        return time.monotonic() - began

    def messages(self, queue):
        """How many an idle queue has, as coneyctl says: counts are taken once a second."""
        command = [BIN / "coneyctl", "--data-dir", self.directory / "data", "--quiet",
                   "list_queues", "name", "messages", "--no-table-headers"]
        last, deadline = None, time.monotonic() + 30
        while time.monotonic() < deadline:
            listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            # Empty while what a restart brings is counted.
            now = int(dict(line.split("\t") for line in listed.splitlines())[queue] or 0)
            if now and now == last:
                return now
            last = now
            time.sleep(1.5)
        raise BrokerFailed(f"{queue} has {last} messages")

    def rss(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0


def bench(options, broker, *mode):
    command = [options.bench, "--uri", broker.uri, "--pid", str(broker.pid), "--timeout", "60",
               "--json", "-", *mode]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    if done.returncode != 0:
        raise BrokerFailed(done.stderr.strip())
    return json.loads(done.stdout)
