"""What a case needs that is not there yet: steps that only a management API or a command line can play."""

import re

_POLICIES = re.compile(r"^/api/(policies|operator-policies)/")


def needs_management(case):
    """(kind, reason) when the case has steps that only a management API or a command line can play."""
    for step in case["steps"]:
        do = step["do"]
        if do["op"] == "http" and _POLICIES.match(do["path"]):
            return "later", "policies"
        if do["op"] == "http":
            return "skipped", "needs the management API"
        if do["op"] == "cli":
            return "skipped", "needs the command line tool"
    return None
