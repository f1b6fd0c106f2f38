"""The local socket: whom it lets in, without a password."""

import os
import shutil
import stat
import subprocess

from checks import check, expect
from conformance.node import Node

NOBODY = 65534


@check("the broker's own user needs no password, also when guest has another")
def own_user():
    with Node() as node:
        node.output("change_password", "guest", "another")
        node.output("add_user", "someone", "secret")
        expect([user["user"] for user in node.json("list_users")], ["guest", "someone"])
        expect(node.run("status").returncode, 0)
        for name in ("rabbitmqctl", "rabbitmq-diagnostics", "rabbitmq-queues", "rabbitmq-plugins"):
            expect(node.run("version", name=name).returncode, 0)


@check("the socket is for its owner alone")
def mode():
    with Node() as node:
        status = (node.broker.directory / "data" / "control.sock").stat()
        expect(stat.S_ISSOCK(status.st_mode), True)
        expect(stat.S_IMODE(status.st_mode), 0o600)
        expect(status.st_uid, os.geteuid())


@check("another user of the machine is refused, and told what to do")
def another_user():
    if os.geteuid() != 0:
        print("only root can try as another user")
        return
    with Node() as node:
        folder = node.broker.directory
        tool = shutil.copy(node.broker.tool()[0], folder / "coneyctl")
        for path in (folder, folder / "data"):  # what is left is the socket's own mode
            path.chmod(0o755)
        done = subprocess.run([tool, "--data-dir", folder / "data", "list_users"], text=True,
                              capture_output=True, check=False, user=NOBODY, group=NOBODY,
                              extra_groups=(), cwd="/", env={"PATH": "/usr/bin"})
        expect(done.returncode, 77)
        expect("Permission denied" in done.stderr and "sudo" in done.stderr, True)
        expect(done.stdout, "")


@check("the socket of a broker that was killed is no hindrance")
def killed():
    with Node() as node:
        node.broker.process.kill()
        node.broker.process.wait()
        done = node.run("status")
        expect(done.returncode, 69)
        expect("Connection refused" in done.stderr, True)
        node.broker.restart()
        expect(node.run("ping").returncode, 0)


@check("alarms that eval sets show at once, and are gone when it clears them")
def alarms():
    with Node() as node:
        expect(node.output("eval", "rabbit_alarm:set_alarm({{resource_limit, disk, node()}, []})."),
               "ok\n")
        expect(node.run("check_alarms").returncode, 69)
        expect(node.http("GET", "/api/health/checks/alarms")[0], 503)
        expect(node.http("GET", "/api/nodes")[1][0]["disk_free_alarm"], True)
        node.output("eval", "rabbit_alarm:clear_alarm({resource_limit, disk, node()}).")
        expect(node.run("check_alarms").returncode, 0)
        expect(node.http("GET", "/api/health/checks/alarms")[0], 200)
