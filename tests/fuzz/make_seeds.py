#!/usr/bin/env python3
"""Writes the hand-made seeds of the fuzzers into tests/fuzz/seeds/<target>/.

Run it after changing it; the files are kept in the repository so that tests need no Python.
Inputs that a fuzzer found are added beside them under the name found-<what>.
"""
import struct
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"


def short(text):
    return bytes([len(text)]) + text


def long(text):
    return struct.pack(">I", len(text)) + text


def frame(kind, channel, payload):
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def method(class_id, method_id, arguments=b""):
    return struct.pack(">HH", class_id, method_id) + arguments


def header(size, flags, values=b""):
    return struct.pack(">HHQH", 60, 0, size, flags) + values


SCALARS = {
    "bool": b"t\x01", "int8": b"b\xff", "uint8": b"B\xff", "int16": b"s\x80\x00",
    "uint16": b"u\x80\x00", "int32": b"I" + struct.pack(">i", -2), "uint32": b"i\xff\xff\xff\xff",
    "int64": b"l" + struct.pack(">q", -2), "uint64": b"L" + struct.pack(">Q", 2),
    "float": b"f" + struct.pack(">f", 1.5), "double": b"d" + struct.pack(">d", 1.5),
    "decimal": b"D\x02\x00\x00\x01\x00", "timestamp": b"T" + struct.pack(">Q", 1700000000),
    "longstr": b"S" + long(b"text"), "bytes": b"x" + long(b"\x00\xff"), "void": b"V",
}


def table(*entries):
    return b"".join(short(key) + value for key, value in entries)


def nested(depth, tag):
    value = b"V"
    for _ in range(depth):
        value = tag + long(table((b"n", value)) if tag == b"F" else value)
    return table((b"n", value))


def tables():
    yield "empty", b""
    for name, value in SCALARS.items():
        yield name, table((b"key", value))
    yield "all", table(*((name.encode(), value) for name, value in sorted(SCALARS.items())))
    yield "array", table((b"a", b"A" + long(b"".join(SCALARS.values()))))
    yield "x-death", table((b"x-death", b"A" + long(b"F" + long(table(
        (b"count", SCALARS["int64"]), (b"reason", b"S" + long(b"expired")),
        (b"routing-keys", b"A" + long(b"S" + long(b"rk"))))))))
    yield "duplicates", table((b"b", b"V"), (b"a", b"t\x00"), (b"b", b"t\x02"))
    yield "deep-tables", nested(32, b"F")
    yield "deep-arrays", nested(33, b"A")
    yield "unknown-tag", table((b"k", b"?\x00"))
    yield "length-past-end", table((b"k", b"S\xff\xff\xff\xffx"))
    yield "signalling-nan", table((b"k", b"f\x7f\x80\x00\x01"))


def methods():
    queue = struct.pack(">H", 0) + short(b"queue")
    yield "start", method(10, 10, b"\x00\x09" + long(table((b"product", b"S" + long(b"Coney"))))
                          + long(b"PLAIN AMQPLAIN") + long(b"en_US"))
    yield "start-ok", method(10, 11, long(table((b"capabilities", b"F" + long(table(
        (b"basic.nack", b"t\x01")))))) + short(b"PLAIN") + long(b"\x00guest\x00guest")
        + short(b"en_US"))
    yield "tune-ok", method(10, 31, struct.pack(">HIH", 2047, 131072, 60))
    yield "open", method(10, 40, short(b"/") + short(b"") + b"\x00")
    yield "close", method(10, 50, struct.pack(">H", 200) + short(b"bye") + b"\x00\x00\x00\x00")
    yield "update-secret", method(10, 70, long(b"token") + short(b"refresh"))
    yield "flow", method(20, 20, b"\x01")
    yield "exchange-declare", method(40, 10, struct.pack(">H", 0) + short(b"x") + short(b"topic")
                                     + b"\x1f" + long(table((b"k", b"V"))))
    yield "exchange-bind", method(40, 30, struct.pack(">H", 0) + short(b"d") + short(b"s")
                                  + short(b"a.#.b") + b"\x00" + long(b""))
    yield "queue-declare", method(50, 10, queue + b"\x1f" + long(table(
        (b"x-message-ttl", SCALARS["int32"]))))
    yield "queue-bind", method(50, 20, queue + short(b"x") + short(b"rk") + b"\x01" + long(b""))
    yield "consume", method(60, 20, queue + short(b"tag") + b"\x0f" + long(b""))
    yield "publish", method(60, 40, struct.pack(">H", 0) + short(b"x") + short(b"rk") + b"\x03")
    yield "deliver", method(60, 60, short(b"tag") + struct.pack(">Q", 1) + b"\x01" + short(b"x")
                            + short(b"\xc3\xa4"))
    yield "get-ok", method(60, 71, struct.pack(">Q", 1) + b"\x00" + short(b"x") + short(b"rk")
                           + struct.pack(">I", 5))
    yield "nack", method(60, 120, struct.pack(">Q", 9) + b"\x03")
    yield "confirm-select", method(85, 10, b"\x01")
    yield "tx-select", method(90, 10)
    yield "unknown", method(60, 41, b"\x00")
    yield "bad-utf8", method(60, 70, struct.pack(">H", 0) + short(b"\xc3\x28") + b"\x00")
    yield "trailing", method(90, 10, b"\x00")


def properties():
    text = [short(b"p%d" % i) for i in range(14)]
    everything = text[:2] + [long(table((b"k", SCALARS["int64"])))] + [b"\x02", b"\x09"] + \
        text[5:9] + [struct.pack(">Q", 1700000000)] + text[10:]
    yield "none", header(0, 0)
    yield "all", header(5, 0xFFFC, b"".join(everything))
    yield "persistent", header(16, 0x1000, b"\x02")
    yield "headers", header(16, 0x2000, long(table((b"b", b"V"), (b"a", b"V"))))
    yield "reply", header(2 ** 63, 0x0600, short(b"id") + short(b"amq.rabbitmq.reply-to"))
    yield "continuation", header(1, 0x0001, b"\x00\x00")
    yield "missing-value", header(1, 0x8000)
    yield "trailing", header(1, 0, b"x")
    yield "bad-headers", header(1, 0x2000, long(b"\x01k?"))


def frames():
    publish = (frame(1, 1, dict(methods())["publish"]) + frame(2, 1, header(5, 0x1000, b"\x02"))
               + frame(3, 1, b"he") + frame(3, 1, b"llo"))
    for piece in (1, 6, 7, 255):
        yield "publish-in-%d" % piece, bytes([piece - 1]) + publish + frame(8, 0, b"")
    yield "heartbeats", b"\x03" + frame(8, 0, b"") * 5
    yield "largest", b"\xff" + frame(3, 1, b"x" * 4096)
    yield "too-large", b"\x00" + frame(3, 1, b"x" * 4097)[:12]
    yield "huge", b"\x00\x03\x00\x01\xff\xff\xff\xff"
    yield "bad-end", b"\x02" + frame(1, 0, b"ab")[:-1] + b"\x00" + frame(8, 0, b"")
    yield "unknown-type", b"\x00" + frame(9, 65535, b"z")


def content(channel, body, flags=0, values=b"", piece=4088):
    pieces = [body[at:at + piece] for at in range(0, len(body), piece)]
    return (frame(2, channel, header(len(body), flags, values))
            + b"".join(frame(3, channel, each) for each in pieces))


def call(channel, class_id, method_id, arguments=b""):
    return frame(1, channel, method(class_id, method_id, arguments))


RESERVED = struct.pack(">H", 0)
NO_ARGUMENTS = long(b"")


def declare(channel, name, flags=0, arguments=b""):
    return call(channel, 50, 10, RESERVED + short(name) + bytes([flags]) + long(arguments))


def consume(channel, name, tag, flags=0, arguments=b""):
    return call(channel, 60, 20,
                RESERVED + short(name) + short(tag) + bytes([flags]) + long(arguments))


def publish(channel, exchange, key, body, flags=0, properties=0, values=b""):
    return (call(channel, 60, 40, RESERVED + short(exchange) + short(key) + bytes([flags]))
            + content(channel, body, properties, values))


def get(channel, name, no_ack=False):
    return call(channel, 60, 70, RESERVED + short(name) + bytes([no_ack]))


def settle(channel, method_id, tag, flags):
    return call(channel, 60, method_id, struct.pack(">QB", tag, flags))


def exchange(channel, name, kind, flags=0, arguments=b""):
    return call(channel, 40, 10,
                RESERVED + short(name) + short(kind) + bytes([flags]) + long(arguments))


def bind(channel, queue, source, key, arguments=b""):
    return call(channel, 50, 20, RESERVED + short(queue) + short(source) + short(key) + b"\x00"
                + long(arguments))


def handshake(mechanism=b"PLAIN", response=b"\x00guest\x00guest", vhost=b"/", secure=b""):
    capabilities = b"".join(short(name) + b"t\x01" for name in (
        b"basic.nack", b"connection.blocked", b"consumer_cancel_notify",
        b"authentication_failure_close"))
    properties = table((b"capabilities", b"F" + long(capabilities)))
    start_ok = long(properties) + short(mechanism) + long(response) + short(b"en_US")
    return (b"AMQP\x00\x00\x09\x01" + call(0, 10, 11, start_ok) + secure
            + call(0, 10, 31, struct.pack(">HIH", 16, 8192, 0))
            + call(0, 10, 40, short(vhost) + short(b"") + b"\x00"))


CLOSE = call(0, 10, 50, struct.pack(">H", 200) + short(b"") + b"\x00\x00\x00\x00")
OPENED, FAR = 1, 2  # the flags of tests/fuzz/connection_entry.h


def logins():
    """Scripts from the protocol header on."""
    end = call(1, 20, 10, short(b"")) + CLOSE
    yield "plain", handshake() + end
    yield "amqplain", handshake(b"AMQPLAIN", table(
        (b"LOGIN", b"S" + long(b"guest")), (b"PASSWORD", b"S" + long(b"guest")))) + end
    yield "anonymous", handshake(b"ANONYMOUS", b"") + end
    yield "external", handshake(b"EXTERNAL", b"") + end
    yield "challenge", handshake(b"RABBIT-CR-DEMO", b"guest", secure=call(
        0, 10, 21, long(b"My password is guest"))) + end
    yield "wrong-password", handshake(response=b"\x00guest\x00wrong") + end
    yield "no-vhost", handshake(vhost=b"nowhere") + end
    yield "wrong-protocol", b"AMQP\x03\x01\x00\x00" + end
    yield "http", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    yield "publish-before-login", b"AMQP\x00\x00\x09\x01" + publish(1, b"", b"q", b"x")


def deliveries():
    """Scripts behind channel.open."""
    yield "get", (declare(1, b"q") + publish(1, b"", b"q", b"hello") + get(1, b"q")
                  + settle(1, 80, 1, 0) + get(1, b"q") + CLOSE)
    yield "consume", (declare(1, b"q") + call(1, 60, 10, struct.pack(">IHB", 0, 2, 0))
                      + consume(1, b"q", b"c") + publish(1, b"", b"q", b"one") * 4
                      + settle(1, 80, 1, 1) + settle(1, 120, 2, 2) + settle(1, 90, 3, 1)
                      + call(1, 60, 110, b"\x01") + call(1, 60, 30, short(b"c") + b"\x00")
                      + call(1, 50, 40, RESERVED + short(b"q") + b"\x00"))
    yield "large", declare(1, b"q") + publish(1, b"", b"q", b"x" * 9000) + get(1, b"q", True)
    yield "far", (publish(1, b"far", b"", b"ack this", 0, 0x1000, b"\x02") * 3
                  + publish(1, b"", b"far", b"and this") + consume(1, b"far", b"", 2)
                  + get(1, b"far") + call(1, 50, 30, RESERVED + short(b"far") + b"\x00")
                  + call(1, 50, 40, RESERVED + short(b"far") + b"\x01"))
    yield "direct-reply", (consume(1, b"amq.rabbitmq.reply-to", b"", 2) + publish(
        1, b"", b"far", b"ask", 0, 0x0600, short(b"1") + short(b"amq.rabbitmq.reply-to")) * 2)
    yield "exclusive", (declare(1, b"", 4) + consume(1, b"", b"only", 4)
                        + publish(1, b"", b"", b"x", 1) + consume(1, b"far", b"c", 4))
    yield "priority", (declare(1, b"q", 8) + consume(1, b"q", b"a", 0, table(
        (b"x-priority", SCALARS["int32"]))) + consume(1, b"q", b"b")
        + publish(1, b"", b"q", b"x") * 3 + call(1, 60, 30, short(b"b") + b"\x00"))
    yield "global-qos", (declare(1, b"q") + call(1, 60, 10, struct.pack(">IHB", 0, 1, 1))
                         + consume(1, b"q", b"a") + consume(1, b"q", b"b")
                         + publish(1, b"", b"q", b"x") * 3 + settle(1, 80, 0, 1))
    yield "dropped", declare(1, b"q") + publish(1, b"", b"q", b"x") * 2 + consume(1, b"q", b"c")


def topologies():
    yield "bindings", (exchange(1, b"t", b"topic", 2) + exchange(1, b"h", b"headers")
                       + declare(1, b"q", 2) + bind(1, b"q", b"t", b"a.*.#")
                       + bind(1, b"q", b"h", b"", table((b"x-match", b"S" + long(b"any")),
                                                        (b"k", b"t\x01")))
                       + call(1, 40, 30, RESERVED + short(b"h") + short(b"t") + short(b"#")
                              + b"\x00" + NO_ARGUMENTS)
                       + publish(1, b"t", b"a.b.c", b"x", 1)
                       + publish(1, b"h", b"", b"x", 1, 0x2000, long(table((b"k", b"t\x01"))))
                       + call(1, 50, 50, RESERVED + short(b"q") + short(b"t") + short(b"a.*.#")
                              + NO_ARGUMENTS)
                       + call(1, 40, 20, RESERVED + short(b"t") + b"\x01")
                       + call(1, 40, 20, RESERVED + short(b"h") + b"\x00"))
    yield "alternate", (exchange(1, b"a", b"fanout", 4) + exchange(1, b"d", b"direct", 0, table(
        (b"alternate-exchange", b"S" + long(b"a")))) + bind(1, b"far", b"a", b"")
        + publish(1, b"d", b"none", b"x", 1))
    yield "copies", publish(1, b"", b"far", b"x", 1, 0x2000, long(table(
        (b"CC", b"A" + long(b"S" + long(b"far") + b"S" + long(b"none"))),
        (b"BCC", b"A" + long(b"S" + long(b"far"))))))
    yield "arguments", declare(1, b"q", 2, table(
        (b"x-message-ttl", b"I\x00\x00\x03\xe8"), (b"x-queue-type", b"S" + long(b"classic"))))
    yield "redeclared", declare(1, b"q") + declare(1, b"q", 2) + call(2, 20, 10, short(b""))
    yield "many", b"".join(declare(1, b"q%d" % n, 16) for n in range(50)) + CLOSE


def confirms():
    yield "confirm", (call(1, 85, 10, b"\x00") + publish(1, b"", b"far", b"x") * 5
                      + publish(1, b"", b"none", b"x", 1) + publish(1, b"none", b"", b"x"))
    yield "tx", (call(1, 90, 10) + declare(1, b"q") + publish(1, b"", b"q", b"x") * 2
                 + call(1, 90, 20) + get(1, b"q") + settle(1, 80, 1, 0) + call(1, 90, 30)
                 + settle(1, 120, 1, 2) + call(1, 90, 20) + get(1, b"q", True))
    yield "tx-and-confirm", call(1, 90, 10) + call(1, 85, 10, b"\x00")


def faults():
    yield "two-channels", (call(2, 20, 10, short(b"")) + get(1, b"none")
                           + publish(2, b"", b"far", b"x") + call(1, 20, 41)
                           + call(1, 20, 10, short(b"")) + call(2, 20, 20, b"\x00")
                           + call(2, 20, 40, b"\x00\xc8" + short(b"") + b"\x00" * 4) + CLOSE)
    yield "content-for-nobody", content(1, b"x")
    yield "interrupted-content", publish(1, b"", b"q", b"hello")[:-6] + get(1, b"q")
    yield "body-too-long", publish(1, b"", b"far", b"hello") + frame(3, 1, b"more")
    yield "huge-body", call(1, 60, 40, RESERVED + short(b"") + short(b"far") + b"\x00") + frame(
        2, 1, header(2 ** 62, 0))
    yield "bad-properties", publish(1, b"", b"far", b"x", 0, 0x2000, long(b"\x01k?"))
    yield "bad-end", declare(1, b"q")[:-1] + b"\x00"
    yield "unknown-frame", frame(7, 1, b"x")
    yield "channel-zero", declare(0, b"q")
    yield "ack-nothing", settle(1, 80, 7, 0)
    yield "immediate", publish(1, b"", b"far", b"x", 2)
    yield "update-secret", call(0, 10, 70, long(b"x") + short(b"y")) + frame(8, 0, b"") + CLOSE


def connections():
    for name, script in logins():
        for piece in (0, 7):
            yield "%s-in-%d" % (name, piece or 4096), bytes([0, piece]) + script
    pieces = (0, 1, 7, 60)
    opened = [*deliveries(), *topologies(), *confirms(), *faults()]
    for number, (name, script) in enumerate(opened):
        piece = pieces[number % len(pieces)] if len(script) < 1000 else 0
        yield name, bytes([OPENED, piece]) + script
        if b"far" in script:
            yield name + "-same-shard", bytes([OPENED | FAR, 0]) + script


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def entry(skipped, payload, flags=1, returned=None):
    head = varint(skipped) + bytes([flags | (4 if returned is not None else 0)])
    if returned is not None:
        head += struct.pack("<H", returned)
    return head + varint(len(payload)) + payload


def facts(skipped, payload, flags, numbers):
    """A message as version 2 has it."""
    return (varint(skipped) + bytes([flags]) + b"".join(varint(n) for n in numbers) +
            varint(len(payload)) + payload)


def chunk(first, last, entries, stream=0, queue=7, version=1, left_out=0):
    """Without its checksums: the entry function puts them in."""
    payload = b"".join(entries)
    return struct.pack("<4sIIBBHQQQIIQII", b"CHNK", 0, 0, version, stream, left_out, queue, first, last,
                       len(entries), len(payload), 3, 0, 0) + payload


def chunks():
    yield "one", chunk(5, 5, [entry(0, b"payload")])
    yield "many", chunk(0, 9, [entry(0, b"m%d" % i) for i in range(10)])
    yield "holes", chunk(1, 1000000, [entry(0, b""), entry(998, b"x"), entry(998999, b"y")])
    yield "flags", chunk(0, 2, [entry(0, b"a", 0), entry(0, b"b", 3), entry(0, b"c", 1, 513)])
    yield "long", chunk(2**63, 2**63 + 1, [entry(0, b"L" * 300), entry(0, b"M" * 20000)], 1)
    yield "wrapped", chunk(5, 6, [entry(2**64 - 1, b"before the first"), entry(0, b"x")])
    yield "too-many", chunk(5, 6, [entry(0, b"x"), entry(0, b"y"), entry(0, b"z")])
    yield "unknown-flag", chunk(5, 5, [entry(0, b"x", 0x80)])
    yield "facts", chunk(7, 9, [facts(0, b"a", 9, [1700000000000]), facts(0, b"b", 0x13, [2, 300]),
                                facts(0, b"c", 0x38, [5, 2**32 - 1, 0])], version=2, left_out=1)
    yield "count-too-high", chunk(7, 7, [facts(0, b"a", 0x11, [2**32, 0])], version=2)


def segments():
    golden = Path(__file__).parents[1] / "unit/persistence/segments/data/version_1/segments"
    for file in sorted(golden.iterdir()):
        yield "golden-" + file.stem.lstrip("0"), file.read_bytes()
    for closed in (0, 1):
        yield f"whole-{closed}", bytes([5, closed, 1, 2, 0x23, 4, 5])
        yield f"first-{closed}", bytes([4, closed, 1, 0x22, 3, 4, 0, 50, 255])
        yield f"middle-{closed}", bytes([4, closed, 3, 4, 5, 0x26, 0, 120, 1, 0, 200, 7])
        yield f"header-{closed}", bytes([3, closed, 1, 2, 0x23, 0, 3, 9])
        yield f"directory-{closed}", bytes([2, closed, 0, 0, 0, 170, 1])


def log_record(kind, *numbers, payload=b""):
    """Flags are in `kind`; see persistence/FORMAT.md."""
    return bytes([kind]) + b"".join(varint(n) for n in numbers) + payload


def logs():
    """Records; and, from the second byte on, blocks and damage for the log that is made of them."""
    yield "publish", log_record(1, 5, 9, 1, 3, payload=b"pabc") + log_record(
        0x11, 5, 10, 7, 0, 1, payload=b"x")
    yield "facts", log_record(0xD1, 300, 4, 5, 1700000000000, 9, 1, 2, payload=b"pqr")
    yield "shared", log_record(2, 9, 1, 1, payload=b"ab") + log_record(3, 1, 2, 9) + log_record(
        0x43, 2, 5, 100, 9)
    yield "ranges", log_record(4, 1, 5, 3) + log_record(9, 1, 5, 3, 2, 200) + log_record(5, 1, 5, 1)
    yield "state", log_record(6, 1, 100, 2, 0, 5, 3, 9)
    yield "transaction", log_record(0x24, 7, 1, 5, 3) + log_record(7, 7) + log_record(8, 8)
    yield "too-far", log_record(4, 1, 2**64 - 1, 2)
    yield "huge-state", log_record(6, 1, 2**64 - 1, 1, 0, 2**64 - 1)
    yield "damaged", bytes([3, 0x23, 0x05, 0x01, 0, 60, 1, 1, 200, 8])


def request(line, body="", *headers):
    return "\n".join((line, *headers, "", body)).encode()


def requests():
    """Requests to the management API, with a byte 0x1e in between."""
    yield "vhost", b"\x1e".join((
        request("PUT /api/vhosts/v", '{"description":"d","tags":"a,b","tracing":true}'),
        request("GET /api/vhosts?page=1&page_size=2&sort=name&columns=name,metadata.tags"),
        request("DELETE /api/vhosts/v")))
    yield "user", b"\x1e".join((
        request("PUT /api/users/u", '{"password":"p","tags":["management"]}'),
        request("PUT /api/permissions/%2F/u", '{"configure":"(","write":".*","read":""}'),
        request("PUT /api/topic-permissions/%2F/u", '{"exchange":"amq.topic","write":"^a","read":""}'),
        request("PUT /api/user-limits/u/max-channels", '{"value":5}'),
        request("POST /api/users/bulk-delete", '{"users":["u"]}')))
    yield "topology", b"\x1e".join((
        request("PUT /api/exchanges/%2F/x", '{"type":"topic","arguments":{"alternate-exchange":"y"}}'),
        request("PUT /api/queues/%2F/q", '{"durable":true,"arguments":{"x-max-length":7}}'),
        request("POST /api/bindings/%2F/e/x/q/q", '{"routing_key":"a/b c~","arguments":{"k":[1,null]}}'),
        request("GET /api/bindings/%2F/e/x/q/q/a%252Fb%2Bc%257E"),
        request("GET /api/queues?page=1&name=%5Eq&use_regex=true&sort=messages&sort_reverse=true")))
    yield "publish", b"\x1e".join((
        request("PUT /api/queues/%2F/q", "{}"),
        request("POST /api/exchanges/%2F/amq.default/publish",
                '{"properties":{"headers":{"CC":["q"]},"delivery_mode":2,"timestamp":5},'
                '"routing_key":"q","payload":"aGVsbG8=","payload_encoding":"base64"}'),
        request("POST /api/queues/%2F/q/get",
                '{"count":2,"ackmode":"ack_requeue_true","encoding":"auto","truncate":3}')))
    yield "policy", b"\x1e".join((
        request("PUT /api/policies/%2F/p", '{"pattern":"^q","definition":{"max-length":5},"priority":1.5}'),
        request("PUT /api/parameters/federation-upstream/%2F/up", '{"value":{"uri":"amqp://x"}}'),
        request("PUT /api/global-parameters/g", '{"value":[1,{"a":null}]}'),
        request("GET /api/parameters")))
    yield "definitions", b"\x1e".join((
        request("POST /api/definitions?dry_run=true", '{"vhosts":[{"name":"v"}],"queues":[{"name":"q","vhost":"v"}]}'),
        request("POST /api/definitions", '--X\r\nContent-Disposition: form-data; filename="d"\r\n\r\n{}\r\n--X--',
                "content-type: multipart/form-data; boundary=X"),
        request("GET /api/definitions/%2F?download=a%0Ab")))
    yield "login", b"\x1e".join((
        request("POST /api/login", "username=guest&password=guest"),
        request("GET /api/whoami", "", "cookie: coney_session=1", "accept: text/plain"),
        request("OPTIONS /api/vhosts", "", "origin: http://a")))
    guest = "authorization: Basic Z3Vlc3Q6Z3Vlc3Q="
    yield "credentials", b"\x1e".join((
        request("@GET /api/whoami", "", guest),
        request("@GET /api/whoami", "", "authorization: basic Z3Vlc3Q6d3Jvbmc="),
        request("@GET /api/whoami", "", "cookie: a=b; coney_session=0123; c"),
        request("@PUT /api/vhosts/v", "{}", guest, "origin: http://a", "host: a"),
        request("@PUT /api/vhosts/w", "{}", guest, "sec-fetch-site: cross-site"),
        request("@POST /api/login", "username=g%75est&password=guest&x", "content-type: x"),
        request("@DELETE /api/login", "", "cookie: coney_session=0123")))
    yield "lists", b"\x1e".join((
        request("PUT /api/queues/%2F/q", '{"arguments":{"x-queue-type":"quorum","x-max-length":3}}'),
        request("GET /api/queues/detailed?sort=arguments.x-max-length&columns=arguments.x-max-length,name"),
        request("GET /api/queues?page=1&page_size=2&sort=message_stats.publish_details.rate"
                "&msg_rates_age=60&msg_rates_incr=5&lengths_age=60&lengths_incr=5"),
        request("GET /api/queues?disable_stats=true&enable_queue_totals=true&type=quorum"),
        request("GET /api/bindings?sort=properties_key&sort_reverse=true&page=1&name=q"),
        request("GET /api/connections?sort=recv_oct_details.rate"),
        request("GET /api/channels?page=1&sort=name")))
    yield "browse", b"\x1e".join((
        request("PUT /api/queues/%2F/q", "{}"),
        request("GET /api/coney/queues/%2F/q/browse?from=0-12&direction=backward&scan=50&count=3"
                "&state=ready&routing_key=a&header=x=1&property=type=t&min_age=1&max_age=2.5&body=b"),
        request("GET /api/coney/queues/%2F/q/unacked"),
        request("POST /api/coney/policies/simulate", '{"vhost":"/","pattern":".*","definition":{}}')))
    yield "operations", b"\x1e".join((
        request("PUT /api/queues/%2F/q", "{}"),
        request("PUT /api/vhost-limits/%2F/max-queues", '{"value":5}'),
        request("PUT /api/operator-policies/%2F/o", '{"pattern":"q","definition":{"expires":9},"apply-to":"queues"}'),
        request("POST /api/queues/%2F/q/actions", '{"action":"sync"}'),
        request("DELETE /api/queues/%2F/q/contents"),
        request("DELETE /api/queues/%2F/q?if-empty=true&if-unused=true"),
        request("GET /api/auth/hash_password/x%00y"),
        request("GET /api/coney/log?level=debug&text=a&backlog=5"),
        request("POST /api/coney/log-level", '{"level":"debug"}')))


def http():
    """What a client sends over a connection, behind the size of the pieces in which it comes."""
    login = b"Host: x\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n"
    yield "pipelined", (b"\xffGET /api/whoami HTTP/1.1\r\n" + login + b"\r\n"
                        b"HEAD /api/vhosts HTTP/1.1\r\n" + login + b"\r\n"
                        b"GET /api/queues?sort=name HTTP/1.0\r\n" + login + b"\r\n")
    yield "chunked", (b"\x06PUT /api/vhosts/v HTTP/1.1\r\n" + login +
                      b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nA: b\r\n\r\n")
    yield "continue", (b"\x00PUT /api/users/u HTTP/1.1\r\n" + login +
                       b"Expect: 100-continue\r\nContent-Length: 16\r\n\r\n"
                       b'{"password":"p"}')
    yield "stranger", b"\x7fPOST /api/definitions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{}{}{"
    yield "events", b"\x30GET /api/events HTTP/1.1\r\n" + login + b"\r\n"


def main():
    for target, seeds in (("frame", frames()), ("table", tables()),
                          ("properties", properties()), ("methods", methods()),
                          ("connection", connections()),
                          ("chunk", chunks()), ("segment", segments()),
                          ("log", logs()), ("management", requests()),
                          ("http", http())):
        folder = SEEDS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds:
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
