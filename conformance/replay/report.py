"""Counts verdicts and prints them."""

import collections
import json

from .judge import DIFFERENT, FAILED, PASSED, SKIPPED

_KINDS = (PASSED, FAILED, DIFFERENT, SKIPPED)
_TITLES = {DIFFERENT: "expected difference, checked", SKIPPED: "skipped"}


class Report:
    def __init__(self, verbose):
        self.verbose, self.counts = verbose, collections.defaultdict(collections.Counter)
        self.reasons, self.complaints = collections.defaultdict(collections.Counter), []

    def add(self, name, verdict):
        if name is None:
            self.complaints.append(verdict)
            print(f"FAILED  {verdict}", flush=True)
            return
        self.counts[name][verdict.kind] += 1
        if verdict.kind in _TITLES:
            self.reasons[verdict.kind][verdict.reason] += 1
        if verdict.kind == FAILED:
            print(f"FAILED  {name}: {verdict.case}: {verdict.reason}", flush=True)
            self._show(verdict)
        elif self.verbose:
            reason = f" ({verdict.reason})" if verdict.reason else ""
            print(f"{verdict.kind}  {name}: {verdict.case}{reason}", flush=True)

    def _show(self, verdict):
        if not self.verbose or verdict.do is None:
            return
        for title, value in (("do", verdict.do), ("want", verdict.want), ("got", verdict.got)):
            print(f"    {title:5}{json.dumps(value, ensure_ascii=False)}")

    def total(self, kind):
        return sum(counts[kind] for counts in self.counts.values())

    def failed(self):
        return self.total(FAILED) + len(self.complaints)

    def summary(self):
        """Lines: one per file, one per reason of what was not plainly passed."""
        lines = []
        for kind, title in _TITLES.items():
            for reason, count in sorted(self.reasons[kind].items()):
                lines.append(f"{title}: {count} x {reason}")
        for name, counts in sorted(self.counts.items()):
            parts = ", ".join(f"{counts[kind]} {_TITLES.get(kind, kind)}" for kind in _KINDS)
            lines.append(f"{name}: {parts}")
        return lines
