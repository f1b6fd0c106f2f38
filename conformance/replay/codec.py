"""Bytes of AMQP 0-9-1: field tables, methods, properties and frames, to and from plain Python values.

Field-table values: str = S, bool = t, int = I, None = V, list = A, dict = F. Every other tag is written
{"$t": "l", "v": 1}; {"$t": "x", "hex": "00"} carries raw bytes, also for tags that do not exist.
"""

import struct

from .methods import BY_ID, BY_NAME, PROPERTIES

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
_NUMBERS = {"b": "b", "B": "B", "s": "h", "u": "H", "I": "i", "i": "I", "l": "q", "L": "Q",
            "f": "f", "d": "d", "T": "Q"}
_ZERO = {"o": 0, "h": 0, "l": 0, "L": 0, "T": 0, "s": "", "S": "", "F": {}, "b": False}


def _octets(text):
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def short_string(text):
    octets = _octets(text)
    return bytes([len(octets)]) + octets


def long_string(text):
    octets = _octets(text)
    return struct.pack(">I", len(octets)) + octets


def encode_tagged(value):
    tag, inner = value["$t"], value.get("v")
    if tag in _NUMBERS:
        return tag.encode() + struct.pack(">" + _NUMBERS[tag], inner)
    if tag == "t":
        return b"t" + bytes([1 if inner else 0])
    if tag == "D":
        return b"D" + struct.pack(">Bi", inner[0], inner[1])
    if tag in ("S", "x"):
        return tag.encode() + long_string(bytes.fromhex(value["hex"]) if "hex" in value else inner)
    if tag == "A":
        return b"A" + long_string(b"".join(encode_value(item) for item in inner))
    if tag == "F":
        return b"F" + encode_table(inner)
    if tag == "V":
        return b"V"
    return tag.encode() + bytes.fromhex(value["hex"])


def encode_value(value):
    if isinstance(value, dict) and "$t" in value:
        return encode_tagged(value)
    if value is None:
        return b"V"
    if isinstance(value, bool):
        return b"t" + bytes([int(value)])
    if isinstance(value, int):
        return b"I" + struct.pack(">i", value)
    if isinstance(value, str):
        return b"S" + long_string(value)
    if isinstance(value, list):
        return b"A" + long_string(b"".join(encode_value(item) for item in value))
    return b"F" + encode_table(value)


def encode_table(table):
    if "$rawtable" in table:
        return long_string(bytes.fromhex(table["$rawtable"]))
    return long_string(b"".join(short_string(k) + encode_value(v) for k, v in table.items()))


class Reader:
    """Takes values off the front of a byte string; ValueError when it is too short."""

    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def more(self):
        return self.at < len(self.octets)

    def take(self, count):
        part = self.octets[self.at:self.at + count]
        if len(part) < count:
            raise ValueError("short")
        self.at += count
        return part

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]


def text(octets):
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return "hex:" + octets.hex()


def decode_array(reader):
    inner, items = Reader(reader.take(reader.number("I"))), []
    while inner.more():
        items.append(decode_value(inner))
    return items


def decode_value(reader):
    tag = chr(reader.take(1)[0])
    if tag == "S":
        return text(reader.take(reader.number("I")))
    if tag == "t":
        return bool(reader.number("B"))
    if tag == "I":
        return reader.number("i")
    if tag == "V":
        return None
    if tag == "F":
        return decode_table(reader)
    if tag == "A":
        return decode_array(reader)
    if tag == "D":
        return {"$t": "D", "v": [reader.number("B"), reader.number("i")]}
    if tag == "x":
        return {"$t": "x", "hex": reader.take(reader.number("I")).hex()}
    if tag in _NUMBERS:
        return {"$t": tag, "v": reader.number(_NUMBERS[tag])}
    raise ValueError("unknown tag " + tag)


def decode_table(reader):
    inner, table = Reader(reader.take(reader.number("I"))), {}
    while inner.more():
        key = text(inner.take(inner.number("B")))
        table[key] = decode_value(inner)
    return table


_ENCODE = {"o": lambda v: struct.pack(">B", v), "h": lambda v: struct.pack(">H", v),
           "l": lambda v: struct.pack(">I", v), "L": lambda v: struct.pack(">Q", v),
           "T": lambda v: struct.pack(">Q", v), "s": short_string, "S": long_string,
           "F": encode_table}
_DECODE = {"o": lambda r: r.number("B"), "h": lambda r: r.number("H"), "l": lambda r: r.number("I"),
           "L": lambda r: r.number("Q"), "T": lambda r: r.number("Q"),
           "s": lambda r: text(r.take(r.number("B"))), "S": lambda r: text(r.take(r.number("I"))),
           "F": decode_table}


def _packed(bits):
    return bytes([sum(1 << i for i, bit in enumerate(bits) if bit)]) if bits else b""


def encode_method(name, arguments=None):
    class_id, method_id, fields = BY_NAME[name]
    arguments = arguments or {}
    unknown = set(arguments) - {field for field, _ in fields}
    if unknown:
        raise ValueError(f"{name} has no field {unknown}")
    out, bits = struct.pack(">HH", class_id, method_id), []
    for field, kind in fields:
        value = arguments.get(field, _ZERO[kind])
        if kind == "b":
            bits.append(value)
            continue
        out += _packed(bits) + _ENCODE[kind](value)
        bits = []
    return out + _packed(bits)


def decode_method(payload):
    """(name, arguments); an unknown method is ("class.method", {"hex": rest})."""
    reader = Reader(payload)
    ids = reader.number("H"), reader.number("H")
    if ids not in BY_ID:
        return f"{ids[0]}.{ids[1]}", {"hex": payload[4:].hex()}
    name = BY_ID[ids]
    arguments, used, octet = {}, 8, 0
    for field, kind in BY_NAME[name][2]:
        if kind != "b":
            used = 8
            arguments[field] = _DECODE[kind](reader)
            continue
        if used == 8:
            octet, used = reader.number("B"), 0
        arguments[field] = bool(octet >> used & 1)
        used += 1
    return name, arguments


def encode_properties(properties):
    flags, out = 0, b""
    for i, (name, kind) in enumerate(PROPERTIES):
        if name in properties:
            flags |= 1 << (15 - i)
            out += _ENCODE[kind](properties[name])
    return struct.pack(">H", flags) + out


def decode_properties(reader):
    flags, out = reader.number("H"), {}
    for i, (name, kind) in enumerate(PROPERTIES):
        if flags >> (15 - i) & 1:
            out[name] = _DECODE[kind](reader)
    return out


def frame(kind, channel, payload, end=b"\xce"):
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + end


def method_frame(channel, name, arguments=None):
    return frame(METHOD, channel, encode_method(name, arguments))


def content_frames(channel, arguments, properties, body, frame_max):
    """basic.publish, its content header and as many body frames as frame_max asks for."""
    out = method_frame(channel, "basic.publish", arguments)
    header = struct.pack(">HHQ", 60, 0, len(body)) + encode_properties(properties)
    out += frame(HEADER, channel, header)
    step = frame_max - 8
    for at in range(0, len(body), step):
        out += frame(BODY, channel, body[at:at + step])
    return out
