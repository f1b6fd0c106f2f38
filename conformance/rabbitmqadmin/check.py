"""Every subcommand of RabbitMQ's rabbitmqadmin (the Python one) against our HTTP API. Prints TAP."""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import checks
from checks import check, expect
from conformance.node import Node


class Admin:
    def __init__(self, node):
        self._command = ["rabbitmqadmin", "--host", "127.0.0.1", "--port", str(node.management_port)]

    def run(self, *words, given=None):
        return subprocess.run([*self._command, *words], input=given, text=True, timeout=60,
                              capture_output=True, check=False)

    def __call__(self, *words, given=None):
        """The output of a command that has to succeed."""
        done = self.run(*words, given=given)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def rows(self, *words):
        return json.loads(self("--format", "raw_json", *words))


THINGS = (
    # declare, the list that shows it, delete
    ("vhost name=av tracing=true", "vhosts", "vhost name=av"),
    ("user name=au password=ap tags=management", "users", "user name=au"),
    ("permission vhost=/ user=au configure=.* write=.* read=.*", "permissions",
     "permission vhost=/ user=au"),
    ("exchange name=ax type=topic", "exchanges", "exchange name=ax"),
    ("exchange name=ay type=fanout auto_delete=true durable=false internal=true", "exchanges",
     "exchange name=ay"),
    ("queue name=aq", "queues", "queue name=aq"),
    ("queue name=aq2 durable=false auto_delete=true arguments={\"x-max-length\":10}", "queues",
     "queue name=aq2"),
    ("queue name=aqq queue_type=quorum", "queues", "queue name=aqq"),
    ("queue name=aqs queue_type=stream", "queues", "queue name=aqs"),
    ("binding source=ax destination=aq routing_key=a.#", "bindings",
     "binding source=ax destination_type=queue destination=aq properties_key=a.%23"),
    ("binding source=ax destination=ay destination_type=exchange routing_key=b", "bindings",
     "binding source=ax destination_type=exchange destination=ay properties_key=b"),
    ("policy name=ap pattern=^aq$ definition={\"max-length\":100} apply-to=queues priority=3",
     "policies", "policy name=ap"),
    ("operator_policy name=ao pattern=^aq$ definition={\"max-length\":50} apply-to=queues",
     "operator_policies", "operator_policy name=ao"),
    ("parameter component=federation-upstream name=aup value={\"uri\":\"amqp://x\"}", "parameters",
     "parameter component=federation-upstream name=aup"),
    ("vhost_limit vhost=/ name=max-queues value=100", "vhost_limits",
     "vhost_limit vhost=/ name=max-queues"),
    ("user_limit user=au name=max-channels value=10", "user_limits",
     "user_limit user=au name=max-channels"),
)


@check("declare, list and delete of everything there is")
def things():
    with Node() as node:
        admin = Admin(node)
        known = admin("help", "subcommands")
        names = {words.split()[0] for words, _, _ in THINGS if f"declare {words.split()[0]} " in known}
        things_known = [thing for thing in THINGS if thing[0].split()[0] in names]
        expect({"vhost", "user", "queue", "exchange", "binding", "policy"} <= names, True)
        before = {listed: len(admin.rows("list", listed)) for _, listed, _ in things_known}
        for declare, listed, _ in things_known:
            shown = len(admin.rows("list", listed))
            expect("declared" in admin("declare", *declare.split(" ")), True)
            expect((declare, len(admin.rows("list", listed)) > shown), (declare, True))
        for _, _, delete in reversed(things_known):
            expect("deleted" in admin("delete", *delete.split(" ")), True)
        for listed, count in before.items():
            expect((listed, len(admin.rows("list", listed))), (listed, count))


@check("all lists, in all formats")
def lists():
    with Node() as node:
        admin = Admin(node)
        admin("declare", "queue", "name=q")
        words = [line.split()[1] for line in admin("help", "subcommands").splitlines()
                 if line.startswith("  list ")]
        expect(len(words) > 12, True)
        for listed in words:
            admin("list", listed)
        for form in ("table", "long", "tsv", "kvp", "pretty_json", "raw_json", "bash"):
            expect("q" in admin("--format", form, "list", "queues", "name", "messages"), True)
        expect("rabbitmq_version" in admin("show", "overview"), True)
        admin("--depth", "3", "--sort", "name", "list", "queues")
        expect(admin.run("--vhost", "nosuch", "list", "queues").returncode, 1)


@check("publish, get, purge")
def messages():
    with Node() as node, tempfile.TemporaryDirectory() as folder:
        admin = Admin(node)
        admin("declare", "queue", "name=q")
        admin("publish", "routing_key=q", "payload=one")
        admin("publish", "routing_key=q", "payload=two", 'properties={"delivery_mode":2}')
        admin("publish", "routing_key=q", given="three")
        expect("NOT routed" in admin("publish", "routing_key=nosuch", "payload=x"), True)
        expect([m["payload"] for m in admin.rows("get", "queue=q", "count=5")],
               ["one", "two", "three"])
        file = pathlib.Path(folder) / "payload"
        admin("get", "queue=q", f"payload_file={file}", "ackmode=ack_requeue_false")
        expect(file.read_text(), "one")
        admin("purge", "queue", "name=q")
        expect(admin.rows("get", "queue=q"), [])


@check("export and import, of the broker and of one vhost")
def definitions():
    with Node() as node, tempfile.TemporaryDirectory() as folder:
        admin, file = Admin(node), str(pathlib.Path(folder) / "definitions.json")
        admin("declare", "queue", "name=q")
        for scope in ((), ("--vhost", "/")):
            admin(*scope, "export", file)
            admin("delete", "queue", "name=q")
            admin(*scope, "import", file)
            expect([queue["name"] for queue in admin.rows("list", "queues")], ["q"])


@check("close connection, and what is refused")
def refused():
    with Node() as node:
        admin = Admin(node)
        for words in (("delete", "queue", "name=nosuch"), ("close", "connection", "name=nosuch"),
                      ("--password", "wrong", "list", "queues"),
                      ("declare", "queue", "name=amq.x"),
                      ("declare", "exchange", "name=x", "type=nosuch")):
            done = admin.run(*words)
            expect((words, done.returncode), (words, 1))
            expect("Traceback" in done.stdout + done.stderr, False)


sys.exit(checks.run_all())
