"""Confirms, returns, transactions, settlement and prefetch."""

import pika
from checks import check, expect
from pika.exceptions import UnroutableError
from session import Inbox, channels, settle, wait_for


@check("confirms: every publish is confirmed before it returns")
def confirms():
    with channels() as channel:
        channel.queue_declare("confirmed", durable=True)
        channel.confirm_delivery()
        persistent = pika.BasicProperties(delivery_mode=2)
        for number in range(50):
            channel.basic_publish("", "confirmed", str(number).encode(), persistent)
        expect(channel.queue_declare("confirmed", passive=True).method.message_count, 50)
        channel.queue_delete("confirmed")


@check("mandatory: an unroutable message comes back with its properties, in confirm mode too")
def returns():
    with channels() as channel:
        channel.confirm_delivery()
        properties = pika.BasicProperties(message_id="m1", headers={"a": [1, "x", None]})
        try:
            channel.basic_publish("amq.direct", "nowhere", b"lost", properties, mandatory=True)
        except UnroutableError as error:
            returned = error.messages[0]
        expect((returned.method.reply_code, returned.method.reply_text), (312, "NO_ROUTE"))
        expect((returned.properties.message_id, returned.properties.headers, returned.body),
               ("m1", {"a": [1, "x", None]}, b"lost"))


@check("mandatory: without confirms the return reaches the callback")
def returns_to_callback():
    with channels() as channel:
        returned = []
        channel.add_on_return_callback(lambda ch, method, props, body: returned.append(body))
        channel.basic_publish("", "nowhere", b"back", mandatory=True)
        wait_for(channel, lambda: returned, lambda: "no return")
        expect(returned, [b"back"])


@check("tx: nothing is visible before commit, rollback forgets")
def transactions():
    with channels(2) as (channel, observer):
        def count():
            return observer.queue_declare("tx", passive=True).method.message_count
        observer.queue_declare("tx")
        channel.tx_select()
        channel.basic_publish("", "tx", b"forgotten")
        channel.tx_rollback()
        channel.basic_publish("", "tx", b"kept")
        settle(channel)
        expect(count(), 0)
        channel.tx_commit()
        expect(count(), 1)
        method, _, body = channel.basic_get("tx")
        channel.basic_ack(method.delivery_tag)
        channel.tx_commit()
        expect((body, count()), (b"kept", 0))
        observer.queue_delete("tx")


@check("settlement: nack with requeue puts messages back to their places")
def requeue():
    with channels() as channel:
        channel.queue_declare("settle")
        for number in range(5):
            channel.basic_publish("", "settle", str(number).encode())
        tags = [channel.basic_get("settle")[0].delivery_tag for _ in range(3)]
        channel.basic_nack(tags[-1], multiple=True, requeue=True)
        got = [channel.basic_get("settle", auto_ack=True) for _ in range(5)]
        expect([body for _, _, body in got], [b"0", b"1", b"2", b"3", b"4"])
        expect([method.redelivered for method, _, _ in got], [True] * 3 + [False] * 2)
        expect(channel.basic_get("settle"), (None, None, None))
        channel.queue_delete("settle")


@check("settlement: basic.recover gives unacknowledged messages again")
def recover():
    with channels() as channel:
        channel.queue_declare("recover")
        channel.basic_publish("", "recover", b"again")
        inbox = Inbox(channel, "recover").wait(1)
        channel.basic_recover(requeue=True)
        inbox.wait(2)
        expect([method.redelivered for method, _, _ in inbox.messages], [False, True])
        channel.queue_delete("recover")


def _filled_queue(channel, name, count):
    channel.queue_declare(name)
    for number in range(count):
        channel.basic_publish("", name, str(number).encode())


@check("prefetch: a consumer holds at most prefetch_count unacknowledged messages")
def prefetch():
    with channels() as channel:
        _filled_queue(channel, "prefetch", 10)
        channel.basic_qos(prefetch_count=3)
        inbox = Inbox(channel, "prefetch").wait(3)
        settle(channel)
        expect(len(inbox.messages), 3)
        inbox.ack(1, multiple=True)
        inbox.wait(5)
        settle(channel)
        expect(inbox.bodies(), ["0", "1", "2", "3", "4"])
        channel.queue_delete("prefetch")


@check("prefetch: global limits the sum over the consumers of a channel")
def global_prefetch():
    with channels() as channel:
        _filled_queue(channel, "global_a", 5)
        _filled_queue(channel, "global_b", 5)
        channel.basic_qos(prefetch_count=4, global_qos=True)
        first, second = Inbox(channel, "global_a"), Inbox(channel, "global_b")
        total = lambda: len(first.messages) + len(second.messages)
        wait_for(channel, lambda: total() >= 4, lambda: f"{total()} messages of 4")
        settle(channel)
        expect(total(), 4)
        for queue in ("global_a", "global_b"):
            channel.queue_delete(queue)


@check("prefetch: consumers take turns when global leaves room for one message")
def global_prefetch_turns():
    with channels() as channel:
        queues = ("turn_a", "turn_b")
        for queue in queues:
            _filled_queue(channel, queue, 40)
        channel.basic_qos(prefetch_count=1, global_qos=True)
        got = []

        def on_message(channel, method, properties, body):
            got.append(method.consumer_tag)
            channel.basic_ack(method.delivery_tag)

        for queue in queues:
            channel.basic_consume(queue, on_message, consumer_tag=queue)
        wait_for(channel, lambda: len(got) >= 80, lambda: f"{len(got)} messages of 80")
        expect(set(got[:40]), set(queues))
        for queue in queues:
            channel.queue_delete(queue)


@check("consumer priorities: the higher one is served first")
def consumer_priorities():
    with channels() as channel:
        channel.queue_declare("ranked")
        channel.basic_qos(prefetch_count=2)
        low = Inbox(channel, "ranked", arguments={"x-priority": -1})
        high = Inbox(channel, "ranked", arguments={"x-priority": 5})
        for number in range(3):
            channel.basic_publish("", "ranked", str(number).encode())
        low.wait(1)
        high.wait(2)
        expect((high.bodies(), low.bodies()), (["0", "1"], ["2"]))
        channel.queue_delete("ranked")


@check("properties: all of them and every kind of header survive")
def properties_survive():
    with channels() as channel:
        channel.queue_declare("properties")
        sent = pika.BasicProperties(
            content_type="text/plain", content_encoding="utf-8", delivery_mode=2, priority=7,
            headers={"s": "ü", "i": 5, "big": 2 ** 40, "t": True, "n": None, "l": [1, ["x"]],
                     "d": {"in": {"ner": 1}}, "b": b"bytes"},
            correlation_id="c", reply_to="r", expiration="60000", message_id="m",
            timestamp=1234567890, type="t", user_id="guest", app_id="a", cluster_id="k")
        channel.basic_publish("", "properties", b"\x00\xff" * 100_000, sent)
        _, got, body = channel.basic_get("properties", auto_ack=True)
        got.headers["b"] = got.headers["b"].encode() if isinstance(got.headers["b"], str) else got.headers["b"]
        expect(got, sent)
        expect(body, b"\x00\xff" * 100_000)
        channel.queue_delete("properties")


@check("headers exchange: all and any")
def headers_exchange():
    with channels() as channel:
        channel.queue_declare("wants_all")
        channel.queue_declare("wants_any")
        wanted = {"format": "pdf", "pages": 3}
        channel.queue_bind("wants_all", "amq.headers", "", {**wanted, "x-match": "all"})
        channel.queue_bind("wants_any", "amq.headers", "", {**wanted, "x-match": "any"})
        channel.confirm_delivery()
        for headers in (wanted, {"format": "pdf"}, {"pages": 4}):
            channel.basic_publish("amq.headers", "", b"", pika.BasicProperties(headers=headers))
        counts = [channel.queue_declare(queue, passive=True).method.message_count
                  for queue in ("wants_all", "wants_any")]
        expect(counts, [1, 2])
        for queue in ("wants_all", "wants_any"):
            channel.queue_delete(queue)


@check("exchanges: exchange bindings and an alternate exchange")
def exchange_bindings():
    with channels() as channel:
        channel.exchange_declare("unrouted", "fanout")
        channel.exchange_declare("source", "direct", arguments={"alternate-exchange": "unrouted"})
        channel.exchange_declare("relay", "fanout")
        channel.exchange_bind("relay", "source", "k")
        for queue, exchange in (("relayed", "relay"), ("stray", "unrouted")):
            channel.queue_declare(queue)
            channel.queue_bind(queue, exchange)
        channel.basic_publish("source", "k", b"by k")
        channel.basic_publish("source", "other", b"by other")
        expect([channel.basic_get(queue, auto_ack=True)[2] for queue in ("relayed", "stray")],
               [b"by k", b"by other"])
        for queue in ("relayed", "stray"):
            channel.queue_delete(queue)
        for exchange in ("source", "relay", "unrouted"):
            channel.exchange_delete(exchange)
