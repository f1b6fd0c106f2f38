"""Starts and stops the brokers of a comparison, each in a temporary directory on a free port."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT))

from conformance.broker import free_port

RABBITMQ = pathlib.Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class BrokerFailed(Exception):
    pass


def greets(port):
    """True when a broker answers the protocol header with connection.start."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as link:
            link.settimeout(2)
            link.sendall(b"AMQP\x00\x00\x09\x01")
            return link.recv(1) == b"\x01"
    except OSError:
        return False


class Broker:
    """A running broker: name, uri, pid."""

    def __init__(self, name):
        self.name = name
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"coney-bench-{name}-"))
        self.port = free_port()
        self.uri = f"amqp://guest:guest@127.0.0.1:{self.port}/"
        self.process = None
        self.pid = 0

    def launch(self, command, environment=None):
        with open(self.directory / "output", "wb") as output:
            try:
                self.process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                    env=environment, start_new_session=True)
            except OSError as error:
                self.stop()
                raise BrokerFailed(f"{self.name} cannot be started: {error}") from error
        self.pid = self.process.pid
        deadline = time.monotonic() + 60
        while not greets(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                text = (self.directory / "output").read_text(errors="replace")[-1000:]
                self.stop()
                raise BrokerFailed(f"{self.name} does not serve:\n{text}")
            time.sleep(0.05)

    def stop(self):
        """Ends the process group that launch() made, and removes its files."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


class Coney(Broker):
    def __init__(self, binary, settings=""):
        """`settings`: more lines of the configuration."""
        super().__init__("coney")
        config = self.directory / "coney.conf"
        config.write_text(f"listeners.tcp.default = {self.port}\n{settings}")
        (self.directory / "data").mkdir()
        self.launch([binary, "--config", config, "--data-dir", self.directory / "data"])


class RabbitMQ(Broker):
    """Debian's rabbitmq-server as it comes, without plugins; its node lives in our directory."""

    def __init__(self):
        super().__init__("rabbitmq")
        self.epmd_port = free_port()
        for folder in ("home", "mnesia", "log"):
            (self.directory / folder).mkdir()
        environment = dict(
            os.environ, HOME=str(self.directory / "home"),
            RABBITMQ_NODENAME=f"coney-bench-{self.port}@localhost",
            RABBITMQ_NODE_IP_ADDRESS="127.0.0.1", RABBITMQ_NODE_PORT=str(self.port),
            RABBITMQ_DIST_PORT=str(free_port()), ERL_EPMD_PORT=str(self.epmd_port),
            ERL_EPMD_ADDRESS="127.0.0.1",
            RABBITMQ_MNESIA_BASE=str(self.directory / "mnesia"),
            RABBITMQ_LOG_BASE=str(self.directory / "log"),
            RABBITMQ_PID_FILE=str(self.directory / "pid"),
            RABBITMQ_CONFIG_FILE=str(self.directory / "none"),
            RABBITMQ_CONF_ENV_FILE=str(self.directory / "none-env"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(self.directory / "plugins"))
        self.launch([RABBITMQ], environment)
        self.pid = int((self.directory / "pid").read_text())

    def stop(self):
        super().stop()
        subprocess.run(["epmd", "-port", str(self.epmd_port), "-kill"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
