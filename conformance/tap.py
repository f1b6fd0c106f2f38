"""Reads the Test Anything Protocol that the clients' programs print."""

import dataclasses
import re

_CHECK = re.compile(r"^(not )?ok\b\s*\d*\s*-?\s*(.*?)\s*(?:#\s*(skip)\b\s*(.*))?$", re.IGNORECASE)
_PLAN = re.compile(r"^1\.\.(\d+)\s*$")


@dataclasses.dataclass(frozen=True)
class Check:
    name: str
    outcome: str        # passed, failed, skipped
    reason: str = ""


class Parser:
    """feed() every line; end() says whether the program got through its plan."""

    def __init__(self):
        self.seen, self.plan, self.notes = 0, None, []

    def feed(self, line):
        """The Check that the line reports; None for anything else."""
        plan, match = _PLAN.match(line), _CHECK.match(line)
        if plan:
            self.plan = int(plan.group(1))
        if not match:
            self.notes.append(line)
            return None
        self.seen += 1
        reason = match.group(4) or "\n".join(self.notes[-12:])
        self.notes = []
        if match.group(3):
            return Check(match.group(2), "skipped", reason)
        if match.group(1):
            return Check(match.group(2), "failed", reason)
        return Check(match.group(2), "passed")

    def end(self, exit_code):
        """None, or the Check that failed because the program did not end as it should."""
        if self.plan is None or self.plan != self.seen or self.plan == 0:
            why = f"{self.seen} checks of a plan of {self.plan}, exit code {exit_code}"
            return Check("the program ends with its plan", "failed",
                         "\n".join([why, *self.notes[-25:]]))
        return None
