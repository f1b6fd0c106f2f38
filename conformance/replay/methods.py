"""The methods of AMQP 0-9-1 and RabbitMQ's extensions: ids and argument types.

One class per unindented line, one method per indented line: name, id, fields as name:type. Types are those of the
specification: b bit, o octet, h short, l long, L longlong, s shortstr, S longstr, F table, T timestamp.
"""

_TABLE = """
connection 10
 start 10 version_major:o version_minor:o server_properties:F mechanisms:S locales:S
 start-ok 11 client_properties:F mechanism:s response:S locale:s
 secure 20 challenge:S
 secure-ok 21 response:S
 tune 30 channel_max:h frame_max:l heartbeat:h
 tune-ok 31 channel_max:h frame_max:l heartbeat:h
 open 40 virtual_host:s reserved_1:s reserved_2:b
 open-ok 41 reserved_1:s
 close 50 reply_code:h reply_text:s class_id:h method_id:h
 close-ok 51
 blocked 60 reason:s
 unblocked 61
 update-secret 70 new_secret:S reason:s
 update-secret-ok 71
channel 20
 open 10 reserved_1:s
 open-ok 11 reserved_1:S
 flow 20 active:b
 flow-ok 21 active:b
 close 40 reply_code:h reply_text:s class_id:h method_id:h
 close-ok 41
access 30
 request 10 realm:s exclusive:b passive:b active:b write:b read:b
 request-ok 11 ticket:h
exchange 40
 declare 10 ticket:h exchange:s type:s passive:b durable:b auto_delete:b internal:b nowait:b arguments:F
 declare-ok 11
 delete 20 ticket:h exchange:s if_unused:b nowait:b
 delete-ok 21
 bind 30 ticket:h destination:s source:s routing_key:s nowait:b arguments:F
 bind-ok 31
 unbind 40 ticket:h destination:s source:s routing_key:s nowait:b arguments:F
 unbind-ok 51
queue 50
 declare 10 ticket:h queue:s passive:b durable:b exclusive:b auto_delete:b nowait:b arguments:F
 declare-ok 11 queue:s message_count:l consumer_count:l
 bind 20 ticket:h queue:s exchange:s routing_key:s nowait:b arguments:F
 bind-ok 21
 purge 30 ticket:h queue:s nowait:b
 purge-ok 31 message_count:l
 delete 40 ticket:h queue:s if_unused:b if_empty:b nowait:b
 delete-ok 41 message_count:l
 unbind 50 ticket:h queue:s exchange:s routing_key:s arguments:F
 unbind-ok 51
basic 60
 qos 10 prefetch_size:l prefetch_count:h global:b
 qos-ok 11
 consume 20 ticket:h queue:s consumer_tag:s no_local:b no_ack:b exclusive:b nowait:b arguments:F
 consume-ok 21 consumer_tag:s
 cancel 30 consumer_tag:s nowait:b
 cancel-ok 31 consumer_tag:s
 publish 40 ticket:h exchange:s routing_key:s mandatory:b immediate:b
 return 50 reply_code:h reply_text:s exchange:s routing_key:s
 deliver 60 consumer_tag:s delivery_tag:L redelivered:b exchange:s routing_key:s
 get 70 ticket:h queue:s no_ack:b
 get-ok 71 delivery_tag:L redelivered:b exchange:s routing_key:s message_count:l
 get-empty 72 cluster_id:s
 ack 80 delivery_tag:L multiple:b
 reject 90 delivery_tag:L requeue:b
 recover-async 100 requeue:b
 recover 110 requeue:b
 recover-ok 111
 nack 120 delivery_tag:L multiple:b requeue:b
confirm 85
 select 10 nowait:b
 select-ok 11
tx 90
 select 10
 select-ok 11
 commit 20
 commit-ok 21
 rollback 30
 rollback-ok 31
"""


def _load():
    by_name, by_id, cls = {}, {}, None
    for line in _TABLE.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            cls = (words[0], int(words[1]))
            continue
        name, method_id = f"{cls[0]}.{words[0]}", int(words[1])
        fields = [tuple(word.split(":")) for word in words[2:]]
        by_name[name] = (cls[1], method_id, fields)
        by_id[(cls[1], method_id)] = name
    return by_name, by_id


BY_NAME, BY_ID = _load()

# Methods that are followed by a content header and body.
WITH_CONTENT = {"basic.deliver", "basic.return", "basic.get-ok"}

# Methods that the broker answers before anything else on the channel.
SYNCHRONOUS = {
    "connection.start-ok", "connection.open", "connection.close", "connection.update-secret",
    "channel.open", "channel.flow", "channel.close", "access.request", "exchange.declare",
    "exchange.delete", "exchange.bind", "exchange.unbind", "queue.declare", "queue.bind",
    "queue.purge", "queue.delete", "queue.unbind", "basic.qos", "basic.consume", "basic.cancel",
    "basic.get", "basic.recover", "confirm.select", "tx.select", "tx.commit", "tx.rollback",
}

PROPERTIES = [
    ("content_type", "s"), ("content_encoding", "s"), ("headers", "F"), ("delivery_mode", "o"),
    ("priority", "o"), ("correlation_id", "s"), ("reply_to", "s"), ("expiration", "s"),
    ("message_id", "s"), ("timestamp", "T"), ("type", "s"), ("user_id", "s"), ("app_id", "s"),
    ("cluster_id", "s"),
]


def answers(method, channel, event):
    """True when the event answers the method sent on the channel, or ends the wait for an answer."""
    name = event.get("m", "")
    if "tcp" in event or "raw" in event or name == "connection.close":
        return True
    if event.get("ch") != channel:
        return False
    return (name in (method + "-ok", "channel.close")
            or (method == "basic.get" and name.startswith("basic.get-"))
            or (method == "connection.start-ok" and name in ("connection.tune", "connection.secure")))
