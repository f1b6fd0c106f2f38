"""The recordings: files of cases, each a list of steps with what a real broker answered."""

import json
import pathlib
import re

_FOLDER = pathlib.Path(__file__).with_name("golden")
NAMES = ("wire-handshake", "errors", "semantics")


def load(name):
    return json.loads((_FOLDER / f"{name}.json").read_text())


def setup():
    """The set-up requests of all files, without repeats."""
    steps = []
    for name in NAMES:
        steps += [step for step in load(name)["setup"] if step not in steps]
    return steps


def cases(names, only):
    """(file name, case) of every case whose id matches the regular expression."""
    pattern = re.compile(only)
    return [(name, case) for name in names for case in load(name)["cases"]
            if pattern.search(case["id"])]


def duration(case):
    """Rough seconds that the case needs, to start the long ones first."""
    waits = sum(step["do"].get("ms", 0) / 1000 for step in case["steps"]
                if step["do"]["op"] in ("sleep", "drain"))
    return waits + sum(step.get("took_s", 0) for step in case["steps"])
