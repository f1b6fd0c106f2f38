"""Tests of what the replay takes as equal, and above all of what it does not."""

import unittest

from . import codec, differences
from .compare import Comparison

CLOSED = {"tcp": "closed"}
OK = {"ch": 1, "m": "queue.declare-ok", "args": {"queue": "q"}}


def close(code, text, class_id=50, method_id=10):
    return {"ch": 0, "m": "connection.close",
            "args": {"reply_code": code, "reply_text": text, "class_id": class_id,
                     "method_id": method_id}}


def ack(tag, multiple=False, method="basic.ack"):
    return {"ch": 1, "m": method, "args": {"delivery_tag": tag, "multiple": multiple}}


def step(got, **do):
    return {"do": {"op": "method", **do}, "got": got}


def answer(got, also=()):
    return {"got": got, "also": list(also)}


class CompareTest(unittest.TestCase):
    def same(self, *pairs):
        comparison = Comparison()
        return [comparison.same(step(want), answer(got)) for want, got in pairs]

    def test_equal_events_are_equal_and_others_are_not(self):
        other = {**OK, "args": {"queue": "p"}}
        self.assertEqual(self.same(([OK], [OK]), ([OK], [other]), ([OK], []), ([], [OK])),
                         [True, False, False, False])

    def test_a_reset_is_an_orderly_end(self):
        self.assertEqual(self.same(([{"tcp": "reset"}], [CLOSED])), [True])

    def test_the_end_may_come_early_only_after_connection_close(self):
        fault = close(504, "CHANNEL_ERROR")
        self.assertEqual(self.same(([fault], [fault, CLOSED]), ([{"tcp": "reset"}], [])),
                         [True, True])
        self.assertEqual(self.same(([OK], [OK, CLOSED])), [False])

    def test_a_missing_end_is_a_difference(self):
        fault = close(504, "CHANNEL_ERROR")
        self.assertEqual(self.same(([fault, CLOSED], [fault])), [False])

    def test_heartbeats_come_when_they_like_once_negotiated(self):
        beat = {"heartbeat": True}
        for interval, same in ((1, True), (0, False)):
            comparison = Comparison()
            tuned = step([], method="connection.tune-ok", args={"heartbeat": interval})
            self.assertEqual(comparison.same(tuned, answer([beat])), same)
            self.assertEqual(comparison.same(step([OK]), answer([beat, OK, beat])), same)
            self.assertTrue(comparison.same(step([beat, beat]), answer([beat])))
            self.assertFalse(comparison.same(step([beat, beat]), answer([])))

    def test_confirms_may_be_grouped_differently(self):
        self.assertEqual(self.same(([ack(2, True), ack(3)], [ack(3, True)])), [True])
        self.assertEqual(self.same(([ack(2, True), ack(3)], [ack(2, True)])), [False])
        self.assertEqual(self.same(([ack(1)], [ack(1, method="basic.nack")])), [False])

    def test_the_grouping_of_many_confirms_does_not_count(self):
        groups = [ack(2, True), ack(19, True), ack(20)]
        self.assertEqual(self.same((groups, [ack(20, True)])), [True])
        self.assertEqual(self.same((groups, [ack(tag) for tag in range(20, 0, -1)])), [True])
        self.assertEqual(self.same((groups, [ack(19, True)])), [False])
        self.assertEqual(self.same((groups, [ack(21, True)])), [False])

    def test_a_confirm_twice_is_a_difference(self):
        self.assertEqual(self.same(([ack(1)], [ack(1), ack(1)])), [False])

    def test_a_confirm_does_not_move_over_a_return(self):
        returned = {"ch": 1, "m": "basic.return", "args": {}}
        self.assertEqual(self.same(([returned, ack(1)], [ack(1), returned])), [False])

    def test_channels_may_be_answered_in_another_order(self):
        other = {**OK, "ch": 2}
        self.assertEqual(self.same(([OK, other], [other, OK])), [True])
        first, second = {**OK, "args": {"queue": "1"}}, {**OK, "args": {"queue": "2"}}
        self.assertEqual(self.same(([first, second], [second, first])), [False])

    def test_what_other_connections_got_counts(self):
        told = {**OK, "conn": "B"}
        self.assertFalse(Comparison().same({**step([]), "also": [told]}, answer([])))
        self.assertFalse(Comparison().same(step([]), answer([], [told])))


class DifferencesTest(unittest.TestCase):
    CASE = {"steps": [step([OK]), step([]), step([{"tcp": "reset"}])]}
    FAULT = {"reply_code": 501, "reply_text": "FRAME_ERROR", "class_id": 0, "method_id": 0}

    def wrong(self, entry, *answers):
        return differences.first_wrong_step(entry, self.CASE, [answer(got) for got in answers])

    def test_a_named_step_gets_exactly_its_answer(self):
        entry = {"steps": {"2": [OK]}}
        self.assertIsNone(self.wrong(entry, [OK], [], [OK]))
        self.assertEqual(self.wrong(entry, [OK], [], [OK, OK]), 2)
        self.assertEqual(self.wrong(entry, [], [], [OK]), 0)

    def test_a_due_close_is_that_close_and_then_the_end(self):
        fault = {"ch": 0, "m": "connection.close", "args": self.FAULT}
        entry = {"close": self.FAULT}
        self.assertIsNone(self.wrong(entry, [OK], [fault, CLOSED], []))
        self.assertIsNone(self.wrong(entry, [OK], [], [fault, CLOSED]))
        self.assertEqual(self.wrong(entry, [OK], [fault], []), 1)
        self.assertEqual(self.wrong(entry, [OK], [OK, CLOSED], []), 1)

    def test_a_due_close_with_another_field_is_a_difference(self):
        for field, value in (("reply_code", 502), ("reply_text", "FRAME_ERROR -"), ("method_id", 1)):
            fault = {"ch": 0, "m": "connection.close", "args": {**self.FAULT, field: value}}
            self.assertEqual(self.wrong({"close": self.FAULT}, [OK], [fault, CLOSED], []), 1)

    def test_every_entry_of_the_file_is_of_a_recorded_case(self):
        from . import recordings
        known = {case["id"] for _, case in recordings.cases(recordings.NAMES, "")}
        self.assertEqual(set(differences.load()) - known, set())


class CodecTest(unittest.TestCase):
    def test_methods_and_properties_survive(self):
        arguments = {"ticket": 0, "queue": "q", "passive": False, "durable": True,
                     "exclusive": False, "auto_delete": True, "nowait": False,
                     "arguments": {"a": [1, {"$t": "l", "v": -2}, None, {"b": "x"}], "t": True}}
        octets = codec.encode_method("queue.declare", arguments)
        self.assertEqual(codec.decode_method(octets), ("queue.declare", arguments))
        properties = {"headers": {"x": {"$t": "D", "v": [2, 5]}}, "priority": 3, "app_id": "a"}
        reader = codec.Reader(codec.encode_properties(properties))
        self.assertEqual(codec.decode_properties(reader), properties)


if __name__ == "__main__":
    unittest.main()
