"""Runs suites: installs the client, starts a broker, runs the checks, stops the broker."""

import hashlib
import os
import shutil
import subprocess
import threading
import time

from .broker import ROOT, Broker, BrokerFailed
from .tap import Check, Parser

HERE = ROOT / "conformance"
CACHE = ROOT / "build" / "conformance"


class InstallFailed(Exception):
    pass


def cache_of(suite):
    folder = CACHE / suite.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _filled(text, suite):
    return text.replace("{cache}", str(cache_of(suite))).replace("{here}", str(HERE / suite.name))


def _environment(suite, url=None, management=None):
    extra = {name: _filled(value, suite) for name, value in suite.environment}
    extra["CONFORMANCE_CACHE"] = str(cache_of(suite))
    extra["PYTHONDONTWRITEBYTECODE"] = "1"
    if url:
        extra["AMQP_URL"] = url
    if management:
        extra["MANAGEMENT_URL"] = management
    return {**os.environ, **extra}


def _command(words, suite):
    return [_filled(word, suite) for word in words]


def _fingerprint(suite):
    """Digest of what the install depends on; a folder in `pins` stands for the files in it."""
    digest = hashlib.sha256(repr((suite.install, suite.environment)).encode())
    for pin in suite.pins:
        path = HERE / suite.name / pin
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(file.read_bytes())
    return digest.hexdigest()


def install(suite):
    """Puts the client's library into the cache unless it is there. InstallFailed with the output."""
    for need in suite.needs:
        program, package = need.split(":")
        if not shutil.which(program):
            raise InstallFailed(f"{program} is missing (Debian package {package})")
    mark, due = cache_of(suite) / "installed", _fingerprint(suite)
    if mark.exists() and mark.read_text() == due:
        return
    for words in suite.install:
        _install_step(suite, words)
    mark.write_text(due)


def _install_step(suite, words):
    for patience in (5, 20, None):    # seconds until it is tried again: a registry may be busy
        process = _start(suite, words)
        try:
            output = process.communicate()[0]
        finally:
            _kill_group(process)
        if process.returncode == 0:
            return
        if patience is None:
            raise InstallFailed(f"{' '.join(words)}:\n{output[-3000:]}")
        time.sleep(patience)


def _start(suite, words, url=None, management=None):
    """In a process group of its own, for _kill_group."""
    return subprocess.Popen(_command(words, suite), cwd=HERE / suite.name, text=True,
                            env=_environment(suite, url, management), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            start_new_session=True)


def _program(suite, words, url, management=None):
    """Checks of one program, as they come."""
    process = _start(suite, words, url, management)
    timer = threading.Timer(suite.patience, _kill_group, (process,))
    parser = Parser()
    try:
        timer.start()
        for line in process.stdout:
            check = parser.feed(line.rstrip("\n"))
            if check:
                yield check
        code = process.wait()
    finally:  # also when the run is interrupted
        timer.cancel()
        _kill_group(process)
    end = parser.end(code)
    if end:
        yield end


def _kill_group(process):
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        pass  # it ended and left nobody


def run(suite, uri=None):
    """Yields the Checks of a suite, against the broker at `uri` or one of its own."""
    try:
        install(suite)
    except InstallFailed as error:
        yield Check("the client installs", "failed", str(error))
        return
    if uri or suite.own_brokers:
        for words in suite.check:
            yield from _program(suite, words, uri)
        return
    try:
        broker = Broker().start()
    except BrokerFailed as error:
        yield Check("the broker starts", "failed", str(error))
        return
    try:
        for words in suite.check:
            yield from _program(suite, words, f"amqp://guest:guest@localhost:{broker.port}/",
                                f"http://localhost:{broker.management_port}")
        complaints = broker.stop()
    finally:
        broker.kill()
    outcome = "failed" if complaints else "passed"
    yield Check("the broker stops at SIGTERM, its log without alarm", outcome, "\n".join(complaints))
