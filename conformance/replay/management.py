"""Steps of a recording that go through the management API or the command line of the broker."""

import base64
import http.client
import json
import subprocess


def request(target, do):
    """One HTTP request; [{"status"}], with the "body" when the step shows it."""
    link = http.client.HTTPConnection(target.host, target.management_port, timeout=20)
    credentials = do.get("auth", "guest:guest")
    headers = {}
    if credentials:
        headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
    body = do.get("body")
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = body if isinstance(body, str) else json.dumps(body)
    link.request(do.get("method", "GET"), do["path"], body, headers)
    response = link.getresponse()
    text = response.read().decode()
    link.close()
    return [_shown({"status": response.status}, do.get("show"), text)]


def _shown(result, show, text):
    if not show:
        return result
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = text
    if isinstance(show, list) and isinstance(body, dict):
        body = {key: body.get(key, "<absent>") for key in show}
    return {**result, "body": body}


def command(target, do):
    """One command with the target's command-line tool."""
    done = subprocess.run(target.command + do["args"], capture_output=True, text=True, check=False)
    shown = {"out": done.stdout.strip()} if do.get("show") else {}
    return [{"rc": done.returncode, **shown}]
