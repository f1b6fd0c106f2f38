"""The brokers that cases are played against: one of our own per worker, or one that already runs."""

import dataclasses
import pathlib
import tempfile

from conformance.broker import Broker

from . import definitions, recordings


@dataclasses.dataclass
class Target:
    host: str
    port: int
    management_port: int | None = None
    command: list = dataclasses.field(default_factory=list)
    complete: bool = False      # every recorded behaviour exists: RabbitMQ itself

    def revive(self):
        """What went wrong with the broker since the last call; None when nothing did."""
        return None

    def stop(self):
        return []


class OwnTarget(Target):
    """A broker that is started here with the recordings' set-up and started again when it dies."""

    def __init__(self):
        super().__init__("127.0.0.1", 0)
        self._folder = tempfile.TemporaryDirectory(prefix="coney-replay-")
        self._definitions = pathlib.Path(self._folder.name) / "definitions.json"
        definitions.write(recordings.setup(), self._definitions)
        self._start()

    def _start(self):
        self._broker = Broker(self._definitions).start()
        self.port, self.management_port = self._broker.port, self._broker.management_port
        self.command = self._broker.tool()

    def revive(self):
        if self._broker.alive():
            return None
        log = self._broker.log.read_text(errors="replace")[-1500:]
        what = f"the broker ended with exit code {self._broker.process.returncode}:\n{log}"
        self._broker.kill()
        self._start()
        return what

    def stop(self):
        try:
            return self._broker.stop()
        finally:
            self.kill()

    def kill(self):
        self._broker.kill()
        self._folder.cleanup()
