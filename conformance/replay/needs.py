"""What a case needs that its broker does not offer: the management API, or a command line tool."""


def missing(case, target):
    """Why the case cannot be played against the target; None: it can."""
    operations = {step["do"]["op"] for step in case["steps"]}
    if "http" in operations and not target.management_port:
        return "needs the management API"
    if "cli" in operations and not target.command:
        return "needs the command line tool"
    return None
