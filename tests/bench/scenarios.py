"""What the comparison measures: one line per scenario."""

from dataclasses import dataclass

MANUAL = ["--prefetch", "1000", "--ack-every", "100"]
CONFIRMS = ["--confirms", "1000"]
KIB = ["--size", "1024"]
PERSISTENT = ["--persistent"]


@dataclass(frozen=True)
class Scenario:
    name: str
    mode: str
    options: tuple
    # Keys of coney-bench's JSON: the figure to compare, and whether more of it is better.
    figure: str = "delivered_per_second"
    unit: str = "/s"
    more_is_better: bool = True
    cpu: str = "broker_cpu_us_per_message"
    timed: bool = True  # takes --time
    extra: bool = False  # only with --all


def throughput(name, *options, **more):
    return Scenario(name, "throughput", tuple(word for group in options for word in group), **more)


SCENARIOS = [
    throughput("16 B, manual ack", MANUAL),
    throughput("16 B, auto-ack", ["--auto-ack"]),
    throughput("16 B, confirms, transient", MANUAL, CONFIRMS),
    throughput("16 B, confirms, persistent", MANUAL, CONFIRMS, PERSISTENT),
    throughput("1 KiB, manual ack", MANUAL, KIB),
    throughput("1 KiB, confirms, persistent", MANUAL, CONFIRMS, PERSISTENT, KIB),
    throughput("100 KiB, manual ack", MANUAL, ["--size", "102400"]),
    throughput("10 publishers, 10 consumers, 10 queues, 16 B", MANUAL,
               ["--publishers", "10", "--consumers", "10", "--queues", "10"]),
    throughput("one publish to 100 queues, 16 B, auto-ack",
               ["--fanout", "100", "--consumers", "10", "--auto-ack"]),
    throughput("100 publishers, window 1, persistent, 16 B", MANUAL, PERSISTENT,
               ["--publishers", "100", "--confirms", "1"]),
    Scenario("latency at 1,000/s, p50", "latency", ("--rate", "1000"), "delivery_p50_us", "us",
             False),
    Scenario("latency at 1,000/s, p99", "latency", ("--rate", "1000"), "delivery_p99_us", "us",
             False),
    throughput("1 KiB, quorum queue, confirms", MANUAL, CONFIRMS, PERSISTENT, KIB,
               ["--queue-type", "quorum"], extra=True),
    Scenario("connections opened and closed", "churn", (), "connections_per_second", "/s", True,
             "broker_cpu_us_per_connection", extra=True),
    Scenario("2,000 idle connections", "idle", ("--connections", "2000"),
             "broker_bytes_per_connection", "B each", False, "broker_idle_cpu_cores", False, True),
    Scenario("10,000 queues declared", "queues", ("--queues", "10000", "--connections", "4"),
             "declare_seconds", "s", False, "broker_cpu_us_per_queue", False, True),
    Scenario("10,000 topic bindings declared", "bindings", ("--bindings", "10000"),
             "bind_seconds", "s", False, "broker_cpu_us_per_binding", extra=True),
]
