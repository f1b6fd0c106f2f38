"""The table of client suites. A suite is a folder; its programs speak TAP (see README.md).

install: commands that put the client's library into the cache folder, run in the suite's folder once per change of
the files in `pins`. check: commands that print TAP, run in the suite's folder. {cache} is the suite's cache folder,
{here} its own; both run with CONFORMANCE_CACHE, AMQP_URL and MANAGEMENT_URL in their environment.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Suite:
    name: str
    about: str
    check: tuple                 # commands, each a tuple of words
    install: tuple = ()
    pins: tuple = ()             # files whose change asks for a new install
    needs: tuple = ()            # programs, with the Debian package that has them: "mvn:maven"
    environment: tuple = ()      # (name, value) pairs
    patience: int = 240          # seconds for one check command
    own_brokers: bool = False    # its checks start brokers themselves, with no AMQP_URL


_PYTHON = ("{cache}/venv/bin/python",)
_NODE = (("NODE_PATH", "{cache}/node_modules"),)
_GO = (("GOMODCACHE", "{cache}/mod"), ("GOCACHE", "{cache}/build"), ("GOTOOLCHAIN", "local"),
       ("GOFLAGS", "-mod=readonly"))
_INSTALL_PYTHON = (("python3", "-m", "venv", "--clear", "{cache}/venv"),
                   (*_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                    "-r", "requirements.txt"))

_INSTALL_NODE = (("cp", "package.json", "package-lock.json", "{cache}/"),
                 ("npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", "{cache}"))

SUITES = (
    Suite("coneyctl", "the command line tool over the local socket", (("python3", "check.py"),),
          own_brokers=True),
    Suite("rabbitmqadmin", "RabbitMQ's rabbitmqadmin against the HTTP API", (("python3", "check.py"),),
          needs=("rabbitmqadmin:rabbitmq-server",), own_brokers=True),
    Suite("rabbitmq", "definitions from a RabbitMQ to us and back", (("python3", "check.py"),),
          needs=("rabbitmq-server:rabbitmq-server",), own_brokers=True),
    Suite("prometheus", "a Prometheus server that scrapes us", (("python3", "check.py"),),
          needs=("prometheus:prometheus",), own_brokers=True),
    Suite("pika", "Python: pika", ((*_PYTHON, "check.py"),), _INSTALL_PYTHON,
          ("requirements.txt",), ("python3:python3-venv",)),
    Suite("go", "Go: streadway/amqp and amqp091-go", (("{cache}/bin/check",),),
          (("go", "build", "-o", "{cache}/bin/", "./..."),),
          ("go.mod", "go.sum", "."), ("go:golang-go",), _GO),
    Suite("node", "Node: amqplib", (("node", "check.js"),),
          _INSTALL_NODE, ("package.json", "package-lock.json"), ("node:nodejs", "npm:npm"), _NODE),
    Suite("http-go", "Go: the HTTP API through rabbit-hole", (("{cache}/bin/check",),),
          (("go", "build", "-o", "{cache}/bin/", "./..."),),
          ("go.mod", "go.sum", "."), ("go:golang-go",), _GO),
    Suite("http-node", "Node: the HTTP API through http-rabbitmq-manager", (("node", "check.js"),),
          _INSTALL_NODE, ("package.json", "package-lock.json"), ("node:nodejs", "npm:npm"), _NODE),
    Suite("amqp-tools", "C: the command line tools of rabbitmq-c", (("./check",),),
          needs=("amqp-publish:amqp-tools",)),
    Suite("java", "Java: amqp-client", (("java", "-cp", "{cache}/classes:{cache}/lib/*", "Check"),),
          (("mvn", "--quiet", "--batch-mode", "-Dmaven.repo.local={cache}/m2",
            "dependency:copy-dependencies", "-DoutputDirectory={cache}/lib"),
           ("./compile", "{cache}")),
          ("pom.xml", "."), ("java:default-jdk-headless", "javac:default-jdk-headless", "mvn:maven")),
    Suite("celery", "Python: Celery over amqp://", ((*_PYTHON, "check.py"),), _INSTALL_PYTHON,
          ("requirements.txt",), ("python3:python3-venv",)),
)
