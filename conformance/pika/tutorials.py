"""The six shapes of RabbitMQ's tutorials."""

import uuid

import pika
from checks import check, expect
from session import Inbox, channels, settle


@check("hello: a message goes through a queue to a consumer with auto-ack")
def hello():
    with channels() as sender:
        sender.queue_declare("hello")
        sender.basic_publish("", "hello", b"Hello World!")
    with channels() as receiver:
        receiver.queue_declare("hello")
        inbox = Inbox(receiver, "hello", auto_ack=True).wait(1)
        expect(inbox.bodies(), ["Hello World!"])
        receiver.queue_delete("hello")


@check("work queue: prefetch 1 gives the next task to the worker that has acknowledged")
def work_queue():
    with channels() as boss, channels() as slow, channels() as quick:
        boss.queue_declare("task_queue", durable=True)
        for worker in (slow, quick):
            worker.basic_qos(prefetch_count=1)
        persistent = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent)
        first = Inbox(slow, "task_queue")
        boss.basic_publish("", "task_queue", b"task 0", persistent)
        first.wait(1)
        second = Inbox(quick, "task_queue")
        for number in range(1, 6):
            boss.basic_publish("", "task_queue", f"task {number}".encode(), persistent)
            second.wait(number)
            second.ack()
        expect(first.bodies(), ["task 0"])
        expect(second.bodies(), [f"task {number}" for number in range(1, 6)])
        expect(second.messages[0][1].delivery_mode, 2)
        first.ack()
        boss.queue_delete("task_queue")


@check("work queue: the task of a worker that dies goes to another, marked redelivered")
def dead_worker():
    with channels() as boss, channels() as heir:
        boss.queue_declare("task_queue", durable=True)
        boss.basic_publish("", "task_queue", b"task")
        with channels() as victim:
            Inbox(victim, "task_queue").wait(1)
        inbox = Inbox(heir, "task_queue").wait(1)
        expect(inbox.messages[0][0].redelivered, True)
        inbox.ack()
        boss.queue_delete("task_queue")


@check("publish/subscribe: a fanout gives every temporary queue a copy")
def publish_subscribe():
    with channels() as emitter, channels() as one, channels() as two:
        emitter.exchange_declare("logs", "fanout")
        inboxes = []
        for subscriber in (one, two):
            queue = subscriber.queue_declare("", exclusive=True).method.queue
            if not queue.startswith("amq.gen-"):
                raise AssertionError(f"generated name {queue!r}")
            subscriber.queue_bind(queue, "logs")
            inboxes.append(Inbox(subscriber, queue, auto_ack=True))
        emitter.basic_publish("logs", "", b"info: it runs")
        for inbox in inboxes:
            expect(inbox.wait(1).bodies(), ["info: it runs"])
        emitter.exchange_delete("logs")


def _bound(channel, exchange, keys):
    queue = channel.queue_declare("", exclusive=True).method.queue
    for key in keys:
        channel.queue_bind(queue, exchange, key)
    return Inbox(channel, queue, auto_ack=True)


def _routed(exchange, kind, bindings, keys):
    """Publishes one message per key; the keys that each list of bindings received."""
    with channels() as channel:
        channel.exchange_declare(exchange, kind)
        inboxes = [_bound(channel, exchange, each) for each in bindings]
        last = _bound(channel, exchange, ["the.end"])
        for key in [*keys, "the.end"]:
            channel.basic_publish(exchange, key, key.encode())
        last.wait(1)
        settle(channel)
        channel.exchange_delete(exchange)
        return [inbox.bodies() for inbox in inboxes]


@check("routing: a direct exchange selects by key, a queue may bind several")
def routing():
    got = _routed("direct_logs", "direct", [["error"], ["info", "warning", "error"]],
                  ["info", "error", "debug", "warning"])
    expect(got, [["error"], ["info", "error", "warning"]])


@check("topics: * is one word, # any number, one copy for several matches")
def topics():
    got = _routed("topic_logs", "topic",
                  [["*.orange.*"], ["*.*.rabbit", "lazy.#"], ["quick.#", "#.fox"]],
                  ["quick.orange.rabbit", "lazy.orange.elephant", "quick.orange.fox",
                   "lazy.brown.fox", "lazy.pink.rabbit", "quick.brown.fox", "orange",
                   "quick.orange.new.rabbit", "lazy.orange.new.rabbit", "lazy"])
    expect(got[0], ["quick.orange.rabbit", "lazy.orange.elephant", "quick.orange.fox"])
    expect(got[1], ["quick.orange.rabbit", "lazy.orange.elephant", "lazy.brown.fox",
                    "lazy.pink.rabbit", "lazy.orange.new.rabbit", "lazy"])
    expect(got[2], ["quick.orange.rabbit", "quick.orange.fox", "lazy.brown.fox",
                    "quick.brown.fox", "quick.orange.new.rabbit"])


def _fibonacci(number):
    before, value = 0, 1
    for _ in range(number):
        before, value = value, before + value
    return before


def _answer(channel, method, properties, body):
    answer = str(_fibonacci(int(body))).encode()
    channel.basic_publish("", properties.reply_to, answer,
                          pika.BasicProperties(correlation_id=properties.correlation_id))


def _request(client, reply_to, number):
    correlation = str(uuid.uuid4())
    properties = pika.BasicProperties(reply_to=reply_to, correlation_id=correlation)
    client.basic_publish("", "rpc_queue", str(number).encode(), properties)
    return correlation


def _call_all(reply_to_of):
    with channels() as server, channels() as client:
        server.queue_declare("rpc_queue")
        server.basic_qos(prefetch_count=1)
        requests = Inbox(server, "rpc_queue")
        reply_to, inbox = reply_to_of(client)
        for round_, number in enumerate((30, 7, 0)):
            correlation = _request(client, reply_to, number)
            request = requests.wait(round_ + 1).messages[-1]
            _answer(server, *request)
            requests.ack()
            _, properties, body = inbox.wait(round_ + 1).messages[-1]
            expect((properties.correlation_id, int(body)), (correlation, _fibonacci(number)))
        server.queue_delete("rpc_queue")
        return requests.messages[-1][1].reply_to


@check("RPC: answers come to an exclusive callback queue with their correlation id")
def rpc():
    def callback_queue(client):
        queue = client.queue_declare("", exclusive=True).method.queue
        return queue, Inbox(client, queue, auto_ack=True)
    _call_all(callback_queue)


@check("RPC: direct reply-to needs no callback queue")
def direct_reply_to():
    name = "amq.rabbitmq.reply-to"
    seen = _call_all(lambda client: (name, Inbox(client, name, auto_ack=True)))
    if not seen.startswith(name + "."):
        raise AssertionError(f"the server saw reply_to {seen!r}")
