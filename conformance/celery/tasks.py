"""The Celery application that the checks and their workers share.

CELERY_QUEUES=lasting turns off what makes Celery declare queues with x-expires and x-message-ttl; anything else
leaves Celery's defaults.
"""

import os

from celery import Celery

LASTING = os.environ.get("CELERY_QUEUES") == "lasting"
URL = os.environ.get("AMQP_URL", "amqp://guest:guest@localhost:5672/").rstrip("/") + "//"

app = Celery("tasks", broker=URL, backend="rpc://")
app.conf.update(broker_connection_retry_on_startup=True, worker_send_task_events=True,
                task_acks_late=True, worker_prefetch_multiplier=1,
                task_default_queue="celery_lasting" if LASTING else "celery")
if LASTING:
    app.conf.update(result_expires=None, control_queue_ttl=None, control_queue_expires=None,
                    event_queue_ttl=None, event_queue_expires=None)


@app.task
def add(x, y):
    return x + y


@app.task
def fail(text):
    raise ValueError(text)


@app.task
def total(numbers):
    return sum(numbers)


@app.task(bind=True, max_retries=3, default_retry_delay=0)
def third_time(self):
    if self.request.retries < 2:
        raise self.retry()
    return self.request.retries


@app.task
def slow_echo(text, gate):
    """Answers when the file `gate` exists."""
    import time
    deadline = time.monotonic() + 20
    while not os.path.exists(gate) and time.monotonic() < deadline:
        time.sleep(0.02)
    return text
