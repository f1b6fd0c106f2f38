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


def main():
    for target, seeds in (("frame", frames()), ("table", tables()),
                          ("properties", properties()), ("methods", methods())):
        folder = SEEDS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds:
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
