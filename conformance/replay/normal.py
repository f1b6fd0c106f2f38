"""Replaces what differs from run to run (generated names, ports, times) by a placeholder."""

import re

_PATTERNS = [
    (re.compile(r"amq\.gen-[A-Za-z0-9_-]{22}"), "<amq.gen>"),
    (re.compile(r"amq\.ctag-[A-Za-z0-9_-]{22}"), "<amq.ctag>"),
    (re.compile(r"\b(?:golden|rabbit|coney)[A-Za-z0-9_]*@[A-Za-z0-9._-]+"), "<node>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"<\d+\.\d+\.\d+>"), "<pid>"),
    (re.compile(r"amq\.rabbitmq\.reply-to\.[A-Za-z0-9+/=._-]+"), "<amq.rabbitmq.reply-to.token>"),
]


def normal(value):
    if isinstance(value, str):
        for pattern, placeholder in _PATTERNS:
            value = pattern.sub(placeholder, value)
        return value
    if isinstance(value, list):
        return [normal(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("$t") == "T" and isinstance(value.get("v"), int) and value["v"] > 1700000000:
        return {"$t": "T", "v": "<ts-ms>" if value["v"] > 10 ** 12 else "<ts>"}
    return {normal(key): "<ts-ms>" if key == "timestamp_in_ms" else normal(item)
            for key, item in value.items()}


def same_tcp(events):
    """A recorded reset and a recorded orderly end are one event here."""
    return [dict(event, tcp="closed") if "tcp" in event else event for event in events]
