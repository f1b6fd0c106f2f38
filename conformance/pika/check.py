"""Every check of pika; the broker is the one of AMQP_URL."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import checks
import consumer_groups  # noqa: F401  (importing registers the checks)
import errors  # noqa: F401
import guarantees  # noqa: F401
import lifetimes  # noqa: F401
import tutorials  # noqa: F401

sys.exit(checks.run_all())
