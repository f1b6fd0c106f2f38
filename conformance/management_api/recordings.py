"""The recorded requests: golden/index.json, with long bodies in files of their own."""

import json
import pathlib

_FOLDER = pathlib.Path(__file__).with_name("golden")


def load():
    """Requests in the order in which they were made; "expected" is the body, absent when none was kept."""
    requests = json.loads((_FOLDER / "index.json").read_text())["requests"]
    for request in requests:
        if "file" in request:
            request["expected"] = json.loads((_FOLDER / request["file"]).read_text())
            if isinstance(request["expected"], dict) and set(request["expected"]) == {"response"}:
                request["expected"] = request["expected"]["response"]
        elif request.get("response") is not None:
            request["expected"] = request["response"]
    return requests


def definitions():
    """What existed when the requests were made, but for the passwords, which were the users' names."""
    return json.loads((_FOLDER / "GET_api_definitions.json").read_text())
