"""SIGTERM and SIGINT as an exception, so that brokers and clients that were started are ended on the way out."""

import signal

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Interrupted(KeyboardInterrupt):
    """`number` is the signal's. Nothing that catches Exception stops it, unittest's runner included."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def _interrupt(number, _frame):
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # the way out is not interrupted again
    raise Interrupted(number)


def listen():
    """From now on, in this process. REQUIRES: the main thread."""
    for each in _SIGNALS:
        signal.signal(each, _interrupt)
