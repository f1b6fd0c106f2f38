"""python3 -m conformance.replay [--only REGEX] [--verbose] [--uri amqp://HOST:PORT] [FILE...]

Plays the recordings (wire-handshake, errors, semantics) against brokers that it starts, or with --uri against one
that runs; exit code 1 when a case fails. --write-definitions FILE writes the users and vhosts that the cases
need, for a broker that is started by hand.
"""

import argparse
import shlex
import sys
import urllib.parse

from . import compare, definitions, differences, pool, recordings
from .report import Report
from .target import Target


def arguments(argv):
    parser = argparse.ArgumentParser(prog="replay", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help=", ".join(recordings.NAMES))
    parser.add_argument("--only", default="", metavar="REGEX", help="cases whose id matches")
    parser.add_argument("--verbose", action="store_true", help="each case; of failures what came")
    parser.add_argument("--workers", type=int, default=6, help="brokers at once (6)")
    parser.add_argument("--uri", help="a running broker, loaded with the definitions")
    parser.add_argument("--management-port", type=int, help="its management API, for cases that use it")
    parser.add_argument("--command", default="", help="its command line tool, for cases that use it")
    parser.add_argument("--recorded", action="store_true", 
                        help="expect no difference on purpose, but any version (for RabbitMQ)")
    parser.add_argument("--write-definitions", metavar="FILE")
    chosen = parser.parse_args(argv)
    unknown = set(chosen.files) - set(recordings.NAMES)
    if unknown:
        parser.error(f"unknown recording {', '.join(sorted(unknown))}")
    return chosen


def running(chosen):
    if not chosen.uri:
        return None
    uri = urllib.parse.urlsplit(chosen.uri)
    return Target(uri.hostname, uri.port or 5672, chosen.management_port,
                  shlex.split(chosen.command), complete=chosen.recorded)


def play(chosen):
    """Plays the chosen cases, prints verdicts and their summary; the Report."""
    entries = {} if chosen.recorded else differences.load()
    if chosen.recorded:
        compare.accept_any_version()
    cases = recordings.cases(chosen.files or recordings.NAMES, chosen.only)
    report, workers = Report(chosen.verbose), max(1, min(chosen.workers, len(cases)))
    for name, verdict in pool.play(cases, entries, workers, running(chosen)):
        report.add(name, verdict)
    print("\n".join(report.summary()), flush=True)
    return report


def main(argv):
    chosen = arguments(argv)
    if chosen.write_definitions:
        definitions.write(recordings.setup(), chosen.write_definitions)
        return 0
    report = play(chosen)
    return 1 if report.failed() or not report.counts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
