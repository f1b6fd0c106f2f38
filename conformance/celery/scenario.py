"""scenario.py POOL: tasks, results, retries, events and remote control with one worker. Prints one line per part.

Run by check.py as a process of its own, because a Celery application is configured once per process.
"""

import os
import sys
import tempfile

from celery import group
from tasks import LASTING, add, app, fail, slow_echo, third_time
from worker import Worker

WAIT = 30


def expect(got, want):
    if got != want:
        raise AssertionError(f"got {got!r} instead of {want!r}")


def results():
    expect(add.delay(2, 3).get(timeout=WAIT), 5)
    expect([r.get(timeout=WAIT) for r in [add.delay(i, i) for i in range(50)]],
           [2 * i for i in range(50)])


def failures():
    try:
        fail.delay("as asked").get(timeout=WAIT)
    except ValueError as error:
        expect(str(error), "as asked")
        return
    raise AssertionError("the task did not fail")


def retries():
    expect(third_time.delay().get(timeout=WAIT), 2)


def groups():
    expect(group(add.s(i, 1) for i in range(10))().get(timeout=WAIT), list(range(1, 11)))


def remote_control():
    answers = app.control.ping(["one@localhost"], timeout=10)
    expect(answers, [{"one@localhost": {"ok": "pong"}}])
    active = app.control.inspect(["one@localhost"], timeout=10).registered()
    expect("tasks.add" in active["one@localhost"], True)


def revoke():
    with tempfile.TemporaryDirectory() as folder:
        gate = os.path.join(folder, "gate")
        held = [slow_echo.delay(str(i), gate) for i in range(2)]
        waiting = add.delay(1, 1)
        waiting.revoke()
        app.control.ping(["one@localhost"], timeout=10)     # answered after the revoke has been taken in
        open(gate, "w").close()
        expect([each.get(timeout=WAIT) for each in held], ["0", "1"])
        try:
            waiting.get(timeout=WAIT)
        except Exception as error:
            expect(type(error).__name__, "TaskRevokedError")
            return
    raise AssertionError("the revoked task ran")


PARTS = {"results": results, "failures": failures, "retries": retries, "groups": groups,
         "remote control": remote_control, "revoke": revoke}


def main(pool):
    environment = {"CELERY_QUEUES": "lasting"} if LASTING else {}
    with Worker(pool, "one", environment) as worker:
        try:
            for name, part in PARTS.items():
                if pool == "solo" and name in ("remote control", "revoke"):
                    continue    # a solo worker answers only between tasks
                part()
                print(f"part: {name}", flush=True)
        except BaseException:
            print(worker.text()[-4000:])
            raise


if __name__ == "__main__":
    main(sys.argv[1])
