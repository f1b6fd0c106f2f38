"""Faults that a client makes: the code and the text that it gets, and that the connection goes on."""

import pika
from checks import check, expect
from pika.exceptions import (ChannelClosedByBroker, ProbableAccessDeniedError,
                             ProbableAuthenticationError)
from session import URL, channels


def _refusal(action):
    with channels() as channel:
        connection = channel.connection
        try:
            action(channel)
            channel.exchange_declare("amq.direct", passive=True)
        except ChannelClosedByBroker as error:
            connection.channel().close()
            return error.reply_code, error.reply_text
        raise AssertionError("the broker does not refuse")


@check("errors: declaring with other properties is 406, with RabbitMQ's text")
def inequivalent():
    with channels() as channel:
        channel.queue_declare("fixed")
    got = _refusal(lambda channel: channel.queue_declare("fixed", durable=True))
    expect(got, (406, "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'fixed' in "
                      "vhost '/': received 'true' but current is 'false'"))
    with channels() as channel:
        channel.queue_delete("fixed")


@check("errors: publishing to a missing exchange is 404")
def missing_exchange():
    got = _refusal(lambda channel: channel.basic_publish("nosuch", "k", b""))
    expect(got, (404, "NOT_FOUND - no exchange 'nosuch' in vhost '/'"))


@check("errors: an unknown delivery tag is 406")
def unknown_tag():
    got = _refusal(lambda channel: channel.basic_ack(7))
    expect(got, (406, "PRECONDITION_FAILED - unknown delivery tag 7"))


@check("errors: a wrong password is refused as such")
def wrong_password():
    parameters = pika.URLParameters(URL)
    parameters.credentials = pika.PlainCredentials("guest", "wrong")
    try:
        pika.BlockingConnection(parameters)
    except ProbableAuthenticationError as error:
        expect(error.args[0].startswith("ConnectionClosedByBroker: (403) 'ACCESS_REFUSED"), True)
        return
    raise AssertionError("a wrong password is accepted")


@check("errors: an unknown vhost is refused as such")
def unknown_vhost():
    parameters = pika.URLParameters(URL)
    parameters.virtual_host = "nosuch"
    try:
        pika.BlockingConnection(parameters)
    except ProbableAccessDeniedError as error:
        expect(error.args[0], "ConnectionClosedByBroker: (530) 'NOT_ALLOWED - vhost nosuch not found'")
        return
    raise AssertionError("an unknown vhost is accepted")
