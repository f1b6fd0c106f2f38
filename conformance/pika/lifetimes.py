"""When queues, consumers and connections end, and who is told."""

import pika
from checks import check, expect
from pika.exceptions import ChannelClosedByBroker
from session import URL, Inbox, channels, wait_for


def _missing(queue):
    with channels() as channel:
        try:
            channel.queue_declare(queue, passive=True)
        except ChannelClosedByBroker as error:
            return error.reply_code == 404
        return False


@check("exclusive queue: locked for others, gone with its connection")
def exclusive_queue():
    with channels() as owner:
        owner.queue_declare("mine", exclusive=True)
        with channels() as other:
            try:
                other.queue_declare("mine", passive=True)
                raise AssertionError("another connection may use it")
            except ChannelClosedByBroker as error:
                expect(error.reply_code, 405)
    expect(_missing("mine"), True)


@check("auto-delete queue: gone with its last consumer")
def auto_delete_queue():
    with channels() as channel:
        channel.queue_declare("fleeting", auto_delete=True)
        inbox = Inbox(channel, "fleeting")
        channel.basic_cancel(inbox.tag)
        expect(_missing("fleeting"), True)


@check("exclusive consumer: a second consumer is refused")
def exclusive_consumer():
    with channels(2) as (first, second):
        first.queue_declare("alone")
        first.basic_consume("alone", lambda *_: None, exclusive=True)
        try:
            second.basic_consume("alone", lambda *_: None)
            raise AssertionError("a second consumer is accepted")
        except ChannelClosedByBroker as error:
            expect(error.reply_code, 403)
        first.queue_delete("alone")


@check("consumer cancel notification: told when the queue is deleted")
def cancel_notification():
    with channels() as consumer, channels() as deleter:
        consumer.queue_declare("doomed")
        cancelled = []
        consumer.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
        tag = consumer.basic_consume("doomed", lambda *_: None)
        deleter.queue_delete("doomed")
        wait_for(consumer, lambda: cancelled, lambda: "no basic.cancel")
        expect(cancelled, [tag])


@check("channels: closing one requeues its messages and leaves the others")
def channel_close():
    with channels(2) as (first, second):
        first.queue_declare("shared")
        second.basic_publish("", "shared", b"m")
        Inbox(first, "shared").wait(1)
        first.close()
        method, _, body = second.basic_get("shared", auto_ack=True)
        expect((method.redelivered, body), (True, b"m"))
        second.queue_delete("shared")


@check("heartbeats: an idle connection with a short interval lives")
def heartbeats():
    parameters = pika.URLParameters(URL)
    parameters.heartbeat = 1
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    for _ in range(6):
        connection.process_data_events(time_limit=0.6)
    channel.exchange_declare("amq.direct", passive=True)
    connection.close()
