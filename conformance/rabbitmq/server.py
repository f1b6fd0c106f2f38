"""Debian's RabbitMQ on free ports with a directory of its own."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

from conformance.broker import free_port
from conformance.node import becomes_true
from conformance.replay import management

_INSTALLED = "/usr/lib/rabbitmq/lib"


def program():
    """The server's own script: the one in /usr/sbin insists on the system's user and directories."""
    return sorted(pathlib.Path(_INSTALLED).glob("rabbitmq_server-*/sbin/rabbitmq-server"))[-1]


class RabbitMQ:
    """Started as a context."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="coney-rabbitmq-", ignore_cleanup_errors=True)
        self.host, self.port, self.management_port = "127.0.0.1", free_port(), free_port()
        folder = pathlib.Path(self._folder.name)
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.default = {self.port}\nmanagement.tcp.port = {self.management_port}\n")
        (folder / "enabled_plugins").write_text(
            "[rabbitmq_management,rabbitmq_consistent_hash_exchange].\n")
        self._environment = {
            **os.environ, "HOME": str(folder), "RABBITMQ_NODENAME": f"exchange{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"), "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"), "RABBITMQ_DIST_PORT": str(free_port()),
            "ERL_EPMD_PORT": str(free_port())}
        self._output = open(folder / "output", "wb")
        self._process = None

    def __enter__(self):
        self._process = subprocess.Popen([program()], env=self._environment, stdin=subprocess.DEVNULL,
                                         stdout=self._output, stderr=self._output,
                                         start_new_session=True)
        try:
            becomes_true(self._serves, 90)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        subprocess.run(["epmd", "-kill"], env=self._environment, check=False, capture_output=True)
        self._output.close()
        self._folder.cleanup()

    def _serves(self):
        try:
            return management.request(self, {"path": "/api/overview"})[0]["status"] == 200
        except OSError:
            return False

    def http(self, method, path, body=None):
        """(status, body)"""
        answer = management.request(self, {"method": method, "path": path, "show": True,
                                           "body": None if body is None else json.dumps(body)})
        return answer[0]["status"], answer[0]["body"]
