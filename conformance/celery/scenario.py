"""scenario.py POOL: tasks, results, retries, events and remote control with one worker. Prints one line per part.

Run by check.py as a process of its own, because a Celery application is configured once per process.
"""

import os
import sys
import tempfile
import time

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


def inspect_and_control():
    """What `celery inspect` and `celery control` ask."""
    worker = ["one@localhost"]
    inspect = app.control.inspect(worker, timeout=10)
    for question in ("active", "scheduled", "reserved", "revoked", "stats", "report", "conf", "clock"):
        answer = getattr(inspect, question)()
        expect((question, list(answer or {})), (question, worker))
    queues = [queue["name"] for queue in inspect.active_queues()[worker[0]]]
    expect(queues, [app.conf.task_default_queue])

    def control(command, **arguments):
        answers = app.control.broadcast(command, arguments=arguments, destination=worker, reply=True,
                                        timeout=10)
        expect((command, "ok" in answers[0][worker[0]]), (command, True))

    control("add_consumer", queue="extra", exchange="extra", exchange_type="direct", routing_key="extra")
    expect(add.apply_async((4, 4), queue="extra").get(timeout=WAIT), 8)
    control("cancel_consumer", queue="extra")
    control("rate_limit", task_name="tasks.add", rate_limit="1000/s")
    control("time_limit", task_name="tasks.add", soft=20, hard=30)
    control("pool_grow", n=1)
    control("pool_shrink", n=1)
    control("enable_events")


def events():
    """What `celery events` and Flower watch: the worker's and each task's events, in order."""
    seen = []

    def of_task():
        """The task's own: a worker sends events in batches, so that those of earlier tasks may come now."""
        return [each["type"] for each in seen if each.get("uuid") == task.id]

    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": seen.append})
        with receiver.consumer_context() as (connection, _channel, _consumers):
            task = add.delay(20, 22)
            expect(task.get(timeout=WAIT), 42)
            deadline = time.monotonic() + WAIT
            while time.monotonic() < deadline and not (
                    "task-succeeded" in of_task()
                    and "worker-heartbeat" in [each["type"] for each in seen]):
                try:
                    connection.drain_events(timeout=1)
                except TimeoutError:
                    pass
    expect(of_task(), ["task-received", "task-started", "task-succeeded"])
    expect("worker-heartbeat" in [each["type"] for each in seen], True)


PARTS = {"results": results, "failures": failures, "retries": retries, "groups": groups,
         "remote control": remote_control, "revoke": revoke,
         "inspect and control": inspect_and_control, "events": events}


def main(pool):
    environment = {"CELERY_QUEUES": "lasting"} if LASTING else {}
    with Worker(pool, "one", environment) as worker:
        try:
            for name, part in PARTS.items():
                if pool == "solo" and name in ("remote control", "revoke", "inspect and control"):
                    continue    # a solo worker answers only between tasks
                part()
                print(f"part: {name}", flush=True)
        except BaseException:
            print(worker.text()[-4000:])
            raise


if __name__ == "__main__":
    main(sys.argv[1])
