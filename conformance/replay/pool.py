"""Plays many cases at once: each worker process has a broker of its own, because cases share names."""

import multiprocessing
import queue

from conformance import interruption

from . import judge, recordings
from .target import OwnTarget

_END = None


def play(cases, entries, workers, running=None):
    """Verdicts in any order as (file, Verdict), at the end (None, complaint) per complaint about a broker.

    With `running`, a Target, all cases are played one after another against that broker.
    """
    if running:
        yield from ((name, judge.judge(running, case, entries.get(case["id"]))) for name, case in cases)
        return
    context = multiprocessing.get_context("spawn")
    todo, done = context.Queue(), context.Queue()
    todo.cancel_join_thread()   # when no worker lives, what is queued stays queued
    for item in sorted(cases, key=lambda item: -recordings.duration(item[1])):
        todo.put(item)
    processes = [context.Process(target=_work, args=(todo, done, entries)) for _ in range(workers)]
    started = []
    try:
        for process in processes:
            todo.put(_END)
            process.start()
            started.append(process)
        yield from _results(done, processes)
    finally:  # an interruption, too
        for process in started:
            process.terminate()
        for process in started:
            process.join()


def _results(done, processes):
    ended = 0
    while ended < len(processes):
        try:
            result = done.get(timeout=1)
        except queue.Empty:
            if not any(process.is_alive() for process in processes) and done.empty():
                yield None, "a worker of the replay ended without a result"
                return
            continue
        if result is _END:
            ended += 1
        else:
            yield result
    for process in processes:
        process.join()


def _work(todo, done, entries):
    interruption.listen()
    target = None
    try:
        target = OwnTarget()
        for name, case in iter(todo.get, _END):
            verdict = judge.judge(target, case, entries.get(case["id"]))
            death = target.revive()
            if death:
                verdict.kind, verdict.reason = judge.FAILED, death
            done.put((name, verdict))
        for complaint in target.stop():
            done.put((None, complaint))
    except interruption.Interrupted:
        done.cancel_join_thread()  # nobody reads any more
    except Exception as error:  # the worker's end must not look like success
        done.put((None, f"worker: {error!r}"))
    finally:
        if target:
            target.kill()
        done.put(_END)
