"""Producers and consumer groups: three queues bound to one fanout, two consumers for each queue."""

from checks import check, expect
from session import Inbox, channels, wait_for

_GROUPS = ("billing", "shipping", "audit")
_MESSAGES = 300


@check("consumer groups: every queue gets every message, its consumers share them")
def consumer_groups():
    with channels() as producer, channels(3) as first, channels(3) as second:
        producer.exchange_declare("orders", "fanout", durable=True)
        groups = {}
        for name, *members in zip(_GROUPS, first, second):
            producer.queue_declare(name, durable=True)
            producer.queue_bind(name, "orders")
            groups[name] = [Inbox(member, name) for member in members]
        want = [f"order {number}" for number in range(_MESSAGES)]
        for body in want:
            producer.basic_publish("orders", "", body.encode())
        for name, members in groups.items():
            _wait_for_group(name, members)
            bodies = [member.bodies() for member in members]
            expect(sorted(bodies[0] + bodies[1]), sorted(want))
            expect([len(each) for each in bodies], [_MESSAGES // 2] * 2)
            for member, own in zip(members, bodies):
                expect(own, sorted(own, key=want.index))
                member.ack(multiple=True)
        for name in _GROUPS:
            producer.queue_delete(name)
        producer.exchange_delete("orders")


def _wait_for_group(name, members):
    def count():
        return sum(len(member.messages) for member in members)
    for member in members:
        wait_for(member.channel,
                 lambda: count() >= _MESSAGES or len(member.messages) >= _MESSAGES // 2,
                 lambda: f"{name}: {count()} messages of {_MESSAGES}")
