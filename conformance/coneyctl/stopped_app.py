"""stop_app, start_app and what may be done in between."""

import socket

from checks import check, expect
from conformance.replay.player import Player
from conformance.node import Node, accepts, becomes_true


def declare(node, queue):
    expect(node.http("PUT", f"/api/queues/%2F/{queue}", {"durable": True})[0], 201)


@check("stop_app closes connections and listeners, start_app brings everything back")
def there_and_back():
    with Node() as node:
        declare(node, "kept")
        node.publish("kept", "before")
        node.output("add_user", "someone", "secret")
        player = Player(node, {"vhost": "/"})
        player.perform({"do": {"op": "open"}, "got": []})
        pid = node.broker.process.pid
        node.output("stop_app")
        expect(node.run("stop_app").returncode, 0)  # once more
        closed = player.perform({"do": {"op": "drain", "ms": 100}, "got": [{}]})["got"]
        player.close()
        expect(closed[0]["args"]["reply_code"], 320)
        expect((accepts(node.port), accepts(node.management_port)), (False, False))
        node.output("start_app")
        expect(node.run("start_app").returncode, 0)
        expect(node.broker.process.pid, pid)
        expect(node.payloads("kept"), ["before"])
        expect("someone" in node.output("list_users"), True)
        expect(accepts(node.port), True)


@check("a stopped node answers for itself and says why it does nothing else")
def stopped():
    with Node() as node:
        node.output("stop_app")
        expect(node.run("ping").returncode, 0)
        expect(node.run("check_running", name="rabbitmq-diagnostics").returncode, 69)
        for words in (["list_queues"], ["list_users"], ["add_vhost", "v"], ["delete_vhost", "v"],
                      ["status"], ["eval", "application:get_env(rabbit, channel_max)."]):
            done = node.run(*words)
            expect((words, done.returncode), (words, 64))
            expect((words, "start_app" in done.stderr), (words, True))
        expect(node.run("reset", "-n", "other@host").returncode, 69)
        node.output("start_app")
        expect(node.run("check_running", name="rabbitmq-diagnostics").returncode, 0)


@check("await_startup waits for start_app")
def await_startup():
    with Node() as node:
        node.output("stop_app")
        expect(node.run("wait", "--timeout", "0.2").returncode, 75)
        waiting = [node.start("-q", "await_startup"), node.start("-q", "wait", "/run/coney.pid")]
        expect([each.poll() for each in waiting], [None, None])
        node.output("start_app")
        expect(waiting[0].communicate(timeout=30)[0], "")
        expect("are running on node" in waiting[1].communicate(timeout=30)[0], True)
        expect([each.returncode for each in waiting], [0, 0])


@check("a node that cannot start again says why and may be tried once more")
def start_fails():
    with Node() as node:
        declare(node, "kept")
        node.output("stop_app")
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", node.port))
            taken.listen()
            done = node.run("start_app")
            expect(done.returncode, 70)
            expect(str(node.port) in done.stderr and "in use" in done.stderr, True)
            expect(node.broker.alive(), True)
        node.output("start_app")
        expect(node.json("list_queues"), [{"name": "kept", "messages": 0}])
        log = node.broker.log
        log.write_text(log.read_text().replace("[critical]", "[expected]"))


@check("reset forgets everything, but only of a node whose app is stopped")
def reset():
    with Node() as node:
        declare(node, "gone")
        node.publish("gone", "lost")
        refused = node.run("reset")
        expect((refused.returncode, "stop_app" in refused.stderr), (64, True))
        expect(node.payloads("gone"), ["lost"])
        for command in ("reset", "force_reset"):
            node.output("stop_app")
            node.output(command)
            node.output("start_app")
            expect(node.json("list_queues"), [])
            expect([user["user"] for user in node.json("list_users")], ["guest"])
            declare(node, "gone")
        node.publish("gone", "again")
        expect(node.payloads("gone"), ["again"])


@check("stop ends the process of a stopped node, and SIGTERM does")
def ends():
    with Node() as node:
        node.output("stop_app")
        node.output("stop")
        expect(node.broker.process.wait(10), 0)
    with Node() as node:
        node.output("stop_app")
        node.broker.process.terminate()
        expect(node.broker.process.wait(10), 0)


@check("clients and tools that come meanwhile cannot hinder it")
def many_times():
    with Node() as node:
        declare(node, "kept")
        for round_ in range(5):
            node.publish("kept", str(round_))
            tools = [node.start("list_queues", "name", "messages") for _ in range(3)]
            stop = node.start("stop_app")
            expect((stop.communicate(timeout=30)[0].splitlines()[-1:], stop.returncode)[1], 0)
            for tool in tools:
                tool.communicate(timeout=30)
            node.output("start_app")
        expect(node.payloads("kept"), [str(n) for n in range(5)])
        becomes_true(lambda: node.json("list_queues") == [{"name": "kept", "messages": 5}])
