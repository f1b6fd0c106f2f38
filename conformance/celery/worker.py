"""A Celery worker as a process."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile


class Worker:
    """Started as a context; its log is kept for a failing check."""

    def __init__(self, pool, name, environment):
        self.log = tempfile.NamedTemporaryFile("w+", prefix="celery-", suffix=".log")
        command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "--loglevel=info",
                   f"--pool={pool}", "--concurrency=2", f"--hostname={name}@localhost"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT,
                                        cwd=pathlib.Path(__file__).resolve().parent,
                                        env={**os.environ, **environment, "C_FORCE_ROOT": "1"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def text(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")
