"""What a case needs that its broker does not offer: the management API, or a command line tool."""

import re

# What some cases have a command line tool change, as a line of coney.conf.
_TIMEOUT = re.compile(r"^application:set_env\(rabbit, consumer_timeout, (\d+)\)")


def settings(case):
    """Lines of coney.conf that stand for the case's commands; None when there are other commands."""
    commands = [step["do"]["args"] for step in case["steps"] if step["do"]["op"] == "cli"]
    lines = [_setting(command) for command in commands]
    return lines[:1] if all(lines) else None


def _setting(command):
    found = command[0] == "eval" and _TIMEOUT.match(command[1])
    return f"consumer_timeout = {found[1]}" if found else None


def missing(case, target):
    """Why the case cannot be played against the target; None: it can."""
    operations = {step["do"]["op"] for step in case["steps"]}
    if "http" in operations and not target.management_port:
        return "needs the management API"
    if "cli" in operations and not target.command and not (target.own and settings(case)):
        return "needs the command line tool"
    return None
