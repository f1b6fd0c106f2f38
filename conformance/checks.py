"""Registers check functions of a Python client and prints their outcomes as TAP."""

import traceback

_REGISTERED = []


def check(about):
    """Decorator: the function is a check with this name; it fails by an exception."""
    def register(function):
        _REGISTERED.append((about, function))
        return function
    return register


def expect(got, want):
    if got != want:
        raise AssertionError(f"got {got!r} instead of {want!r}")


def run_all():
    """Runs what is registered in order. Exit code 1 when a check failed."""
    failed = False
    for about, function in _REGISTERED:
        try:
            function()
            print(f"ok - {about}", flush=True)
        except Exception:
            failed = True
            print(traceback.format_exc(), flush=True)
            print(f"not ok - {about}", flush=True)
    print(f"1..{len(_REGISTERED)}", flush=True)
    return 1 if failed else 0
