"""A blocking pika connection as a context, and a bounded way to consume."""

import contextlib
import os
import time

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@localhost:5672/")
PATIENCE = 10.0


@contextlib.contextmanager
def channels(count=1):
    """As many channels on one new connection."""
    connection = pika.BlockingConnection(pika.URLParameters(URL))
    try:
        opened = [connection.channel() for _ in range(count)]
        yield opened[0] if count == 1 else opened
    finally:
        if connection.is_open:
            connection.close()


class Inbox:
    """Collects what a consumer is given; wait() lets the connection work until enough is there."""

    def __init__(self, channel, queue, auto_ack=False, tag=None, **options):
        self.channel, self.auto_ack, self.messages = channel, auto_ack, []
        self.tag = channel.basic_consume(queue, self._on_message, auto_ack=auto_ack,
                                         consumer_tag=tag, **options)

    def _on_message(self, channel, method, properties, body):
        self.messages.append((method, properties, body))

    def bodies(self):
        return [body.decode() for _, _, body in self.messages]

    def wait(self, count):
        wait_for(self.channel, lambda: len(self.messages) >= count,
                 lambda: f"{len(self.messages)} messages of {count}")
        return self

    def ack(self, index=-1, multiple=False):
        self.channel.basic_ack(self.messages[index][0].delivery_tag, multiple=multiple)


def wait_for(channel, condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what()} after {PATIENCE} s")
        channel.connection.process_data_events(time_limit=0.05)


def settle(*channels_):
    """A round trip on every channel: what the broker sent before it has arrived."""
    for channel in channels_:
        channel.exchange_declare("amq.direct", passive=True)
        channel.connection.process_data_events(time_limit=0)
