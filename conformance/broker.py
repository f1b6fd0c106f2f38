"""Starts and stops a broker of our own for the checks: free loopback port, temporary data directory."""

import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
_CANDIDATES = ("build/release/bin/coney", "build/dev/bin/coney")
_PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"

# Lines of the log that no check may cause: errors of the broker itself, and what a sanitizer or an assertion
# prints. Errors of a connection or a channel are the client's: a refused login, a fault that closes it.
_ALARMING = re.compile(r"\[critical\]|\[error\] <(?!connection>|channel>)|Sanitizer|runtime error:|Assertion")


class BrokerFailed(Exception):
    """The broker did not start; the text has the end of its log."""


def binary():
    """Path of the broker to check: $CONEY_BINARY, else the release build, else the dev build."""
    if os.environ.get("CONEY_BINARY"):
        return pathlib.Path(os.environ["CONEY_BINARY"])
    for candidate in _CANDIDATES:
        if (ROOT / candidate).exists():
            return ROOT / candidate
    raise BrokerFailed("no broker is built: neither " + " nor ".join(_CANDIDATES))


def free_port():
    """Below those that the system gives to outgoing connections, which may take it meanwhile."""
    while True:
        port = random.randrange(17_000, 25_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass    # somebody has it


def serves(port):
    """True when an AMQP broker greets on the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as link:
            link.sendall(_PROTOCOL_HEADER)
            return link.recv(7)[:3] == b"\x01\x00\x00"
    except OSError:
        return False


class Broker:
    """One running broker. start() blocks until it serves; stop() says what was wrong with it."""

    def __init__(self, definitions=None, settings=()):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="coney-conformance-"))
        self.port, self.management_port = free_port(), free_port()
        self.process, self.log = None, self.directory / "log"
        lines = [f"listeners.tcp.default = {self.port}",
                 f"management.tcp.port = {self.management_port}", "management.tcp.ip = 127.0.0.1",
                 "log.console = true",
                 "log.console.level = info", *settings]
        if definitions:
            lines.append(f"load_definitions = {definitions}")
        self.config = self.directory / "coney.conf"
        self.config.write_text("\n".join(lines) + "\n")

    def start(self, patience=30.0):
        try:
            self._launch()
            self._wait_until_it_serves(patience)
        except BaseException:  # an interruption, too
            self.kill()
            raise
        return self

    def restart(self, patience=30.0):
        """After its end, on what it has stored. BrokerFailed as from start()."""
        return self.start(patience)

    def _launch(self):
        (self.directory / "data").mkdir(exist_ok=True)
        command = [binary(), "--config", self.config, "--data-dir", self.directory / "data"]
        with open(self.log, "ab") as log:
            try:
                self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=subprocess.STDOUT)
            except OSError as error:
                raise BrokerFailed(f"{command[0]}: {error}") from error

    def _wait_until_it_serves(self, patience):
        deadline = time.monotonic() + patience
        while not serves(self.port):
            if not self.alive() or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-2000:]
                raise BrokerFailed(f"{binary()} does not serve:\n{tail}")
            time.sleep(0.02)

    def tool(self, name="coneyctl"):
        """The command line tool for this broker, by one of its names, as the words that start it."""
        return [str(binary().parent / name), "--data-dir", str(self.directory / "data")]

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.alive():
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop(self, patience=10):
        """SIGTERM; a list of complaints: slow, wrong exit code, alarming lines in the log."""
        complaints, exit_code = [], self.process.poll()
        if exit_code is not None:
            complaints.append(f"the broker ended by itself with exit code {exit_code}")
        else:
            complaints += self._terminate(patience)
        complaints += [f"log: {line}" for line in self.alarming_lines()]
        self.kill()
        return complaints

    def _terminate(self, patience):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return [f"the broker still runs {patience} s after SIGTERM"]
        return [] if code == 0 else [f"exit code {code} after SIGTERM"]

    def alarming_lines(self):
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if _ALARMING.search(line)]
