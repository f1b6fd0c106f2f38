"""Differences on purpose: what the broker answers instead of what was recorded, and why.

expected_differences.json is a list of entries:
  {"cases": [case id...], "reason": text, "steps": {"index": [event...]}}  these steps get exactly these answers
  {"cases": [...], "reason": text, "close": {"reply_code": ...}}  from the first step that differs on:
      connection.close with exactly these fields, then the end of the connection
Every step that an entry does not name has to match the recording. A case that matches the recording although an
entry names it fails, so that the list stays true.
"""

import json
import pathlib

from .compare import Comparison
from .normal import same_tcp

_CLOSED = {"tcp": "closed"}
_FILE = pathlib.Path(__file__).with_name("expected_differences.json")


def load(path=_FILE):
    """{case id: entry}; ValueError when two entries name one case."""
    by_case = {}
    for entry in json.loads(path.read_text()):
        for case in entry["cases"]:
            if case in by_case:
                raise ValueError(f"two expected differences for {case!r}")
            by_case[case] = entry
    return by_case


def first_wrong_step(entry, case, answers):
    """Index of the first step that is neither as recorded nor as the entry says; None when all are."""
    if "close" in entry:
        return _wrong_close(entry["close"], case, answers)
    comparison = Comparison()
    for i, (step, answer) in enumerate(zip(case["steps"], answers)):
        instead = entry["steps"].get(str(i))
        due = step if instead is None else {**step, "got": instead}
        if not comparison.same(due, answer):
            return i
    return None


def _wrong_close(close, case, answers):
    """Up to the first difference all is as recorded; from there on only the due close, then the end."""
    comparison = Comparison()
    for i, (step, answer) in enumerate(zip(case["steps"], answers)):
        if comparison.same(step, answer):
            continue
        rest = [event for later in answers[i:] for event in same_tcp(later["got"])]
        return None if _is_due(close, rest) else i
    return None


def _is_due(close, events):
    if len(events) != 2 or events[0].get("m") != "connection.close" or events[1] != _CLOSED:
        return False
    return events[0]["args"] == close
