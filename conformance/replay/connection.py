"""One TCP connection to the broker that turns what arrives into events.

An event is a dict: {"ch", "m", "args"} for a method (with "props" and "body" when it carries content),
{"heartbeat": true}, {"raw": hex} for bytes that are not a frame, {"tcp": "closed"} at the end. A reset and an
orderly end are the same event: which of the two a client sees depends on what was unread.
"""

import select
import socket
import struct

from . import codec
from .methods import WITH_CONTENT


class Connection:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), 5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.dead, self.pending = b"", False, {}
        self.answer_close = True
        self.frame_max = 131072

    def close(self):
        self.dead = True
        self.socket.close()

    def send(self, octets):
        if self.dead:
            return
        try:
            self.socket.sendall(octets)
        except OSError:
            pass  # what the broker said before it closed is still to be read

    def pump(self, wait):
        """Events of one read; none when nothing arrives within wait seconds."""
        if self.dead or not select.select([self.socket], [], [], wait)[0]:
            return []
        try:
            octets = self.socket.recv(1 << 20)
        except OSError:
            octets = b""
        if not octets:
            rest = [{"raw": self.buffer.hex()}] if self.buffer else []
            self.close()
            return rest + [{"tcp": "closed"}]
        self.buffer += octets
        return self._parse()

    def _parse(self):
        events = []
        while len(self.buffer) >= 7:
            if self.buffer[:4] == b"AMQP":
                if len(self.buffer) < 8:
                    break
                events.append({"raw": self._cut(8).hex()})
                continue
            kind, channel, size = struct.unpack(">BHI", self.buffer[:7])
            if kind not in (1, 2, 3, 8):
                events.append({"raw": self._cut(len(self.buffer)).hex()})
                break
            if len(self.buffer) < size + 8:
                break
            whole = self._cut(size + 8)
            if whole[-1] != 0xCE:
                events.append({"raw": whole.hex()})
                continue
            events += self._on_frame(kind, channel, whole[7:-1])
        return events

    def _cut(self, count):
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def _on_frame(self, kind, channel, payload):
        if kind == codec.HEARTBEAT:
            return [{"heartbeat": True}]
        if kind == codec.METHOD:
            return self._on_method(channel, payload)
        if channel not in self.pending:
            return [{"raw": f"content frame {kind} on channel {channel} without a method"}]
        content = self.pending[channel]
        if kind == codec.HEADER:
            reader = codec.Reader(payload)
            reader.take(4)
            content["size"] = reader.number("Q")
            content["event"]["props"] = codec.decode_properties(reader)
        else:
            content["body"] += payload
        return self._finish_content(channel, content)

    def _on_method(self, channel, payload):
        name, arguments = codec.decode_method(payload)
        event = {"ch": channel, "m": name}
        if arguments:
            event["args"] = arguments
        if name in WITH_CONTENT:
            self.pending[channel] = {"event": event, "size": None, "body": b""}
            return []
        if self.answer_close and name == "channel.close":
            self.send(codec.method_frame(channel, "channel.close-ok"))
        if self.answer_close and name == "connection.close":
            self.send(codec.method_frame(0, "connection.close-ok"))
        return [event]

    def _finish_content(self, channel, content):
        size, body = content["size"], content["body"]
        if size is None or len(body) < size:
            return []
        del self.pending[channel]
        content["event"]["body"] = codec.text(body) if size <= 300 else f"<{size} bytes>"
        return [content["event"]]
