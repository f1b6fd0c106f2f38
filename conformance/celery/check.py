"""Celery over amqp:// with results by the rpc backend. Prints TAP; the broker is the one of AMQP_URL.

With Celery's defaults the queues for results, events and remote control expire (x-expires, x-message-ttl). A broker
that says NOT_IMPLEMENTED to these has that check skipped; the same scenario with lasting queues must pass.
"""

import os
import subprocess
import sys


def program(*words, queues=""):
    """(exit code, output)"""
    done = subprocess.run([sys.executable, *words], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "CELERY_QUEUES": queues})
    return done.returncode, done.stdout


def scenario(pool, queues):
    return program("scenario.py", pool, queues=queues)


def report(about, code, output, may_skip):
    if code == 0:
        print(f"ok - {about}", flush=True)
    elif may_skip and "NOT_IMPLEMENTED" in output:
        why = next(line for line in output.splitlines() if "NOT_IMPLEMENTED" in line).strip()
        print(f"ok - {about} # skip {why[-120:]}", flush=True)
    else:
        print(output[-3000:])
        print(f"not ok - {about}", flush=True)
    return code == 0 or (may_skip and "NOT_IMPLEMENTED" in output)


def main():
    checks = [
        ("prefork worker: results, failures, retries, groups, remote control, revoke, events",
         ("prefork", "lasting"), False),
        ("solo worker: results, failures, retries, groups", ("solo", "lasting"), False),
        ("prefork worker with Celery's default queues", ("prefork", "default"), True),
    ]
    good = [report(about, *scenario(*how), may_skip) for about, how, may_skip in checks]
    good.append(report("kombu: virtual hosts that are missing, forbidden, made by its manager",
                       *program("vhosts.py"), False))
    print(f"1..{len(good)}")
    return 0 if all(good) else 1


sys.exit(main())
