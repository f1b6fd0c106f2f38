"""Differences on purpose: what the broker answers instead of what was recorded, and why.

expected_differences.json is a list of entries:
  {"cases": [case id...], "reason": text, "steps": {"index": [event...]}}  these steps get exactly these answers
  {"cases": [...], "reason": text, "close": {"reply_code": ...}}  where the recording has a bare end of the
      connection: connection.close with these fields, then the end of the connection
  {"cases": [...], "reason": text, "close": null}  the end of the connection without a frame, but sooner
Every step that an entry does not name has to match the recording. A case that matches the recording although an
entry names it fails, so that the list stays true.
"""

import json
import pathlib

from .compare import Comparison
from .normal import same_tcp

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
    comparison, due = Comparison(), []
    if close is not None:
        due.append({"ch": 0, "m": "connection.close", "args": close})
    due.append({"tcp": "closed"})
    for i, (step, answer) in enumerate(zip(case["steps"], answers)):
        if comparison.same(step, answer):
            continue
        rest = [event for later in answers[i:] for event in same_tcp(later["got"])]
        recorded = [event for later in case["steps"][i:] for event in same_tcp(later["got"])]
        right = rest == due and recorded in ([], [{"tcp": "closed"}])
        return None if right else i
    return None
